"""The site's addresses: its own few pages and whatever the apps bring (``PlatformApp.site_urls``)."""

from django.apps import apps
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from apps.geo.config import PlatformApp
from geo_platform import api_docs, boundary_pages, map_views, staff, views

handler400 = "geo_platform.errors.bad_request"
handler404 = "geo_platform.errors.not_found"
handler500 = "geo_platform.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("karte/", map_views.map_page, name="map"),
    path("karte/liste", map_views.map_list, name="map_list"),
    path("healthz", views.healthz, name="healthz"),
    path("impressum/", views.legal_text, {"slug": "imprint"}, name="text_imprint"),
    path("datenschutz/", views.legal_text, {"slug": "privacy"}, name="text_privacy"),
    path("barrierefreiheit/", views.legal_text, {"slug": "accessibility"}, name="text_accessibility"),
    path("barriere-melden/", views.report_barrier, name="report_barrier"),
    path("barriere-melden/danke/", views.barrier_reported, name="barrier_reported"),
    path("lizenzen/", views.legal_text, {"slug": "licences"}, name="text_licences"),
    path("ueber/", views.legal_text, {"slug": "about"}, name="text_about"),
    path("leichte-sprache/", views.legal_text, {"slug": "simple_language"}, name="text_simple_language"),
    path("intern/", staff.desk, name="desk"),
    path("intern/checkliste/", staff.checklist, name="checklist"),
    path("intern/grenze/", boundary_pages.boundary, name="desk_boundary"),
    path("intern/grenze/flaeche.json", boundary_pages.check_shape, name="desk_boundary_check_shape"),
    path("intern/texte/", staff.texts, name="texts"),
    path("intern/texte/<slug:slug>/", staff.edit_text, name="edit_text"),
    path("api/v1/", RedirectView.as_view(pattern_name="api_docs"), name="api"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/docs/", api_docs.docs, name="api_docs"),
    *(
        path("", include(f"{config.name}.urls"))
        for config in apps.get_app_configs()
        if isinstance(config, PlatformApp) and config.site_urls
    ),
]
