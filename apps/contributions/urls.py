"""Addresses that the forms of every kind use."""

from django.urls import path

from apps.contributions import views
from apps.contributions.proof import challenge

app_name = "contributions"
urlpatterns = [
    path("pruefaufgabe/", challenge, name="challenge"),
    path("fotos/entwurf/", views.upload_photo, name="upload_photo"),
    path("fotos/entwurf/<upload_token:token>-<photo_size:size>.webp", views.draft_photo, name="draft_photo"),
    path("fotos/entwurf/<upload_token:token>/entfernen/", views.remove_photo, name="remove_photo"),
]
