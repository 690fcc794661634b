from django.urls import path

from apps.open311 import desk

urlpatterns = [
    path("intern/anbindungen/", desk.connections, name="desk_connections"),
    path("intern/anbindungen/<int:department_id>/", desk.connection, name="desk_connection"),
    path("intern/anbindungen/<int:department_id>/pruefen/", desk.try_connection, name="desk_connection_try"),
]
