"""Addresses of statements: German for people, below /intern/ for staff."""

from django.urls import path, register_converter

from apps.contributions.tokens import PATTERN as TOKEN
from apps.geo.url_ids import PublicIdConverter
from apps.statements.desk import bodies, closing, entering, exporting, grouping, listing, work
from apps.statements.pages import invited, own, results, writing


class TokenConverter(PublicIdConverter):
    """The secret of a link."""

    regex = TOKEN


register_converter(TokenConverter, "statement_token")

_NEW = "beteiligung/<public_id:public_id>/stellungnahme/"
_DESK = "intern/stellungnahmen/<public_id:public_id>/"
_WORK = f"{_DESK}<int:number>/"
_OWN = "stellungnahmen/<statement_token:token>/"

app_name = "statements"
urlpatterns = [
    path(_NEW, writing.write, name="new"),
    path(f"{_NEW}<uuid:number>/", writing.write, name="draft"),
    path("stellungnahmen/flaeche.json", writing.check_shape, name="check_shape"),
    path("stellungnahmen/quittung/<statement_token:token>/", own.receipt, name="receipt"),
    path("stellungnahmen/bestaetigen/<public_id:public_id>/<statement_token:token>/", own.confirm, name="confirm"),
    path("stellungnahmen/einladung/<statement_token:token>/", invited.invited, name="invited"),
    path("beteiligung/<public_id:public_id>/ergebnis/", results.results, name="results"),
    path(_OWN, own.status, name="status"),
    path(f"{_OWN}aendern/", own.change, name="change"),
    path(f"{_OWN}anlagen/<public_id:attachment>/", own.own_attachment, name="own_attachment"),
    path("intern/stellungnahmen/", listing.desk, name="desk"),
    path("intern/stellungnahmen/flaeche.json", work.check_shape, name="desk_check_shape"),
    path("intern/stellungnahmen/stellen/", bodies.authorities, name="desk_authorities"),
    path("intern/stellungnahmen/stellen/<int:authority_id>/", bodies.authority, name="desk_authority"),
    path(_DESK, listing.listing, name="desk_list"),
    path(f"{_DESK}eintragen/", entering.enter, name="desk_enter"),
    path(f"{_DESK}gruppen/", grouping.groups, name="desk_groups"),
    path(f"{_DESK}ausgaben/", exporting.exports, name="desk_exports"),
    path(f"{_DESK}ausgaben/<public_id:export_id>/", exporting.export_file, name="desk_export_file"),
    path(f"{_DESK}einladungen/", bodies.invitations, name="desk_invitations"),
    path(f"{_DESK}abschluss/", closing.closing, name="desk_closing"),
    path(f"{_DESK}nachbarschaft/", closing.mailings, name="desk_mailings"),
    path(f"{_DESK}nachbarschaft/<public_id:mailing_id>.xlsx", closing.mailing_list, name="desk_mailing_list"),
    path(f"{_DESK}briefe/", closing.order_letters, name="desk_letters"),
    path(_WORK, work.work, name="desk_work"),
    path(f"{_WORK}einladung/", work.tie, name="desk_tie"),
    path(f"{_WORK}belange/neu/", work.segment, name="desk_segment_new"),
    path(f"{_WORK}belange/<int:segment_id>/", work.segment, name="desk_segment"),
    path(f"{_WORK}belange/<int:segment_id>/entfernen/", work.remove_segment, name="desk_segment_remove"),
    path(f"{_WORK}anlagen/<public_id:attachment>/", work.attachment, name="desk_attachment"),
    path(f"{_WORK}anlagen/<public_id:attachment>/schwaerzen/", work.redact, name="desk_redact"),
]
