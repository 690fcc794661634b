from django.urls import path

from apps.outbox import staff

urlpatterns = [
    path("intern/nachrichten/", staff.messages, name="desk_messages"),
    path("intern/nachrichten/<int:message_id>/wiederholen/", staff.retry, name="desk_message_retry"),
]
