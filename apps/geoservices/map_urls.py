"""Addresses of the browser's map: configuration, data of each layer, tiles of the base map."""

from django.urls import path

from apps.geoservices import map_config, map_data, tile_proxy

urlpatterns = [
    path("karte/konfiguration.json", map_config.configuration, name="map_config"),
    path("karte/daten/<slug:name>.json", map_data.layer_data, name="map_data"),
    path("intern/karte/daten/<slug:name>.json", map_data.layer_data, {"internal": True}, name="intern_map_data"),
    path("basemap/<str:z>/<str:x>/<str:y>", tile_proxy.basemap_tile, name="basemap_tile"),
]
