from django.urls import path

from apps.places import views

urlpatterns = [
    path("orte/suche", views.search_page, name="place_search"),
    path("orte/suche.json", views.search_json, name="place_search_json"),
    path("orte/naechste.json", views.nearest_json, name="place_nearest_json"),
]
