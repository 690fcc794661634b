from django.urls import path

from apps.hotspots import api, staff, views

app_name = "hotspots"
urlpatterns = [
    path("wlan/", views.hotspot_list, name="list"),
    path("wlan/<public_id:public_id>/", views.detail, name="detail"),
    path("api/v1/hotspots/nearest/", api.NearestHotspotsView.as_view(), name="nearest"),
    path("intern/wlan/", staff.hotspot_list, name="desk"),
    path("intern/wlan/neu/", staff.add, name="desk_add"),
    path("intern/wlan/<public_id:public_id>/", staff.edit, name="desk_edit"),
]
