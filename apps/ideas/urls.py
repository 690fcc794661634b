"""Addresses of ideas: German for people, below /intern/ for staff."""

from django.urls import path, register_converter

from apps.contributions.tokens import PATTERN as TOKEN
from apps.geo.url_ids import PublicIdConverter
from apps.ideas import photo_views, submitting, taking_part, views
from apps.ideas.ballot import desk as ballot_desk
from apps.ideas.ballot import views as ballot_views
from apps.ideas.desk import acting, calls, realising


class TokenConverter(PublicIdConverter):
    """The secret of a link."""

    regex = TOKEN


register_converter(TokenConverter, "idea_token")

app_name = "ideas"
_IDEA = "ideen/<public_id:public_id>/"
_DESK = "intern/ideen/<public_id:public_id>/"
_CALLS = "intern/ideen/aufrufe/"
_PHOTO = "<public_id:photo>-<photo_size:size>.webp"
urlpatterns = [
    path("ideen/", views.idea_list, name="list"),
    path("ideen/neu/", submitting.new, name="new"),
    path("ideen/zeichnung.json", submitting.check_shape, name="check_shape"),
    path("ideen/aufrufe/<public_id:public_id>/", views.call, name="call"),
    path("ideen/aufrufe/<public_id:public_id>/abstimmung/", ballot_views.ballot_page, name="ballot"),
    path(
        "ideen/aufrufe/<public_id:public_id>/abstimmung/auszaehlung.json", ballot_views.count_file, name="ballot_count"
    ),
    path("ideen/stimmzettel/<idea_token:token>/", ballot_views.paper, name="ballot_paper"),
    path("ideen/status/<idea_token:token>/", submitting.status, name="status"),
    path(f"ideen/status/<idea_token:token>/fotos/{_PHOTO}", photo_views.own_photo, name="own_photo"),
    path("ideen/unterstuetzung/<idea_token:token>/", taking_part.supporting, name="supporting"),
    path(_IDEA, views.detail, name="detail"),
    path(f"{_IDEA}unterstuetzen/", taking_part.support, name="support"),
    path(f"{_IDEA}kommentieren/", taking_part.comment, name="comment"),
    path(f"{_IDEA}melden/", taking_part.report_abuse, name="report_abuse"),
    path(f"{_IDEA}fotos/{_PHOTO}", photo_views.public_photo, name="photo"),
    path("intern/ideen/", acting.desk, name="desk"),
    path("intern/ideen/neu/", acting.add, name="desk_add"),
    path("intern/ideen/zeichnung.json", acting.check_shape, name="desk_check_shape"),
    path("intern/ideen/regeln/", calls.rules, name="desk_rules"),
    path(_CALLS, calls.calls, name="desk_calls"),
    path(f"{_CALLS}neu/", calls.add_call, name="desk_call_add"),
    path(f"{_CALLS}zeichnung.json", calls.check_call_shape, name="desk_call_check_shape"),
    path(f"{_CALLS}<public_id:public_id>/", calls.edit_call, name="desk_call"),
    path(f"{_CALLS}<public_id:public_id>/veroeffentlichen/", calls.publish_call, name="desk_call_publish"),
    path(f"{_CALLS}<public_id:public_id>/abstimmung/", ballot_desk.ballot, name="desk_ballot"),
    path(f"{_CALLS}<public_id:public_id>/abstimmung/codes/", ballot_desk.codes, name="desk_codes"),
    path(f"{_CALLS}<public_id:public_id>/abstimmung/<public_id:idea>/", ballot_desk.assess, name="desk_assess"),
    path(_DESK, acting.work, name="desk_work"),
    path(f"{_DESK}bearbeiten/", acting.edit, name="desk_edit"),
    path(f"{_DESK}veroeffentlichen/", acting.publish, name="desk_publish"),
    path(f"{_DESK}antworten/", acting.answer, name="desk_answer"),
    path(f"{_DESK}verbergen/", acting.hide, name="desk_hide"),
    path(f"{_DESK}zusammenfuehren/", realising.merge, name="desk_merge"),
    path(f"{_DESK}trennen/", realising.unmerge, name="desk_unmerge"),
    path(f"{_DESK}schritte/", realising.add_step, name="desk_step"),
    path(f"{_DESK}schritte/<public_id:step>/entfernen/", realising.remove_step, name="desk_step_remove"),
    path(f"{_DESK}kommentare/<public_id:comment>/", realising.moderate, name="desk_comment"),
    path(f"{_DESK}hinweise/<int:note>/", realising.settle, name="desk_note"),
    path(f"{_DESK}fotos/{_PHOTO}", photo_views.desk_photo, name="desk_photo"),
    path(f"{_DESK}fotos/<public_id:photo>/pruefen/", photo_views.review, name="desk_review_photo"),
]
