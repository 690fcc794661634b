"""Addresses of reports: German for people, below /intern/ for staff."""

from django.urls import path, register_converter

from apps.contributions.tokens import PATTERN as TOKEN
from apps.geo.url_ids import PublicIdConverter
from apps.reports import api, feeds, follow_views, photo_views, submitting, views
from apps.reports.desk import (
    absence,
    acting,
    applications,
    bulk,
    covering,
    entering,
    figures,
    inbox,
    merging,
    moving,
    order,
    saved,
    templates,
    work,
)
from apps.reports.handovers import desk as handover_desk
from apps.reports.handovers import pages as handover_pages


class TokenConverter(PublicIdConverter):
    """The secret of a status link."""

    regex = TOKEN


register_converter(TokenConverter, "report_token")

PHOTO = "<public_id:photo>-<photo_size:size>.webp"

app_name = "reports"
urlpatterns = [
    path("meldungen/", views.listing, name="list"),
    path("meldungen/neu/", submitting.new, name="new"),
    path("meldungen/quittung/<report_token:token>/", views.receipt, name="receipt"),
    path("meldungen/status/<report_token:token>/", views.status, name="status"),
    path("meldungen/status/<report_token:token>/nicht-behoben/", views.still_broken, name="still_broken"),
    path("meldungen/status/<report_token:token>/antwort/", views.reply, name="reply"),
    path("meldungen/folgen/<report_token:token>/", follow_views.following, name="following"),
    path("meldungen/<public_id:public_id>/folgen/", follow_views.follow, name="follow"),
    path("meldungen/<public_id:public_id>/verlauf.atom", feeds.feed, name="feed"),
    path("meldungen/<public_id:public_id>/", views.detail, name="detail"),
    path(f"meldungen/<public_id:public_id>/fotos/{PHOTO}", photo_views.public_photo, name="photo"),
    path(f"meldungen/status/<report_token:token>/fotos/{PHOTO}", photo_views.own_photo, name="own_photo"),
    path("weitergaben/<report_token:token>/", handover_pages.page, name="handover"),
    path("weitergaben/<report_token:token>/neuer-link/", handover_pages.new_link, name="handover_new_link"),
    path("weitergaben/<report_token:token>/<slug:name>/", handover_pages.answer, name="handover_answer"),
    path(f"weitergaben/<report_token:token>/fotos/{PHOTO}", handover_pages.photo, name="handover_photo"),
    path("api/v1/reports/", api.ReportsView.as_view(), name="api"),
    path("intern/meldungen/", inbox.inbox, name="inbox"),
    path("intern/meldungen/neu/", entering.staff_new, name="staff_new"),
    path("intern/meldungen/umverteilung/<int:application_id>/", applications.application, name="desk_application"),
    path("intern/zahlen/", figures.page, name="desk_figures"),
    path("intern/zahlen/zahlen.csv", figures.as_csv, name="desk_figures_csv"),
    path("intern/vorlagen/", templates.templates, name="desk_templates"),
    path("intern/vorlagen/neu/", templates.template_new, name="desk_template_new"),
    path("intern/vorlagen/<int:template_id>/", templates.template_edit, name="desk_template"),
    path("intern/vorlagen/<int:template_id>/loeschen/", templates.template_delete, name="desk_template_delete"),
    path("intern/meldungen/ansichten/", saved.views, name="desk_views"),
    path("intern/meldungen/ansichten/<int:view_id>/", saved.view_change, name="desk_view"),
    path("intern/meldungen/vertretung/", absence.covers, name="desk_covers"),
    path("intern/meldungen/vertretung/<int:cover_id>/ende/", absence.cover_end, name="desk_cover_end"),
    path("intern/meldungen/uebergabe/", absence.hand_over, name="desk_hand_over"),
    path("intern/meldungen/auswahl/", bulk.bulk, name="desk_bulk"),
    path("intern/meldungen/auswahl/<uuid:key>/", bulk.bulk_done, name="desk_bulk_done"),
    path("intern/meldungen/unzugestellt/", handover_desk.undelivered, name="desk_undelivered"),
    path("intern/meldungen/<public_id:public_id>/", work.work, name="work"),
    path("intern/meldungen/<public_id:public_id>/weitergabe/", handover_desk.act_on_handover, name="desk_handover"),
    path(
        "intern/meldungen/<public_id:public_id>/nachrichten/<int:message_id>/",
        handover_desk.act_on_message,
        name="desk_message",
    ),
    path(f"intern/meldungen/<public_id:public_id>/fotos/{PHOTO}", photo_views.desk_photo, name="desk_photo"),
    path(
        "intern/meldungen/<public_id:public_id>/fotos/<public_id:photo>/verdecken/", covering.cover, name="desk_cover"
    ),
    path(
        "intern/meldungen/<public_id:public_id>/fotos/<public_id:photo>/verdeckt.webp",
        covering.covered,
        name="desk_covered",
    ),
    path("intern/meldungen/<public_id:public_id>/fotos/<public_id:photo>/", photo_views.review, name="review_photo"),
    path("intern/meldungen/<public_id:public_id>/auftrag/", order.work_order, name="work_order"),
    path("intern/meldungen/<public_id:public_id>/auftrag.pdf", order.work_order_pdf, name="desk_order_pdf"),
    path("intern/meldungen/<public_id:public_id>/zusammenfuehren/", merging.merge, name="desk_merge"),
    path("intern/meldungen/<public_id:public_id>/trennen/", merging.unmerge, name="desk_unmerge"),
    path("intern/meldungen/<public_id:public_id>/ort/", moving.place, name="desk_place"),
    path("intern/meldungen/<public_id:public_id>/<slug:action>/", acting.act, name="act"),
]
