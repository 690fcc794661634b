from django.urls import path

from apps.consultations import sheet_views, views
from apps.consultations.desk import drafting, notices, papers, periods, proof, publishing, sheets

app_name = "consultations"
_PAGE = "beteiligung/<public_id:public_id>/"
_DESK = "intern/beteiligung/<public_id:public_id>/"
_SHEET = "planzeichnung/<public_id:document_id>"
urlpatterns = [
    path("beteiligung/", views.consultation_list, name="list"),
    path("beteiligung/<public_id:public_id>/", views.detail, name="detail"),
    path("beteiligung/<public_id:public_id>/frist.ics", views.calendar, name="calendar"),
    path(f"{_PAGE}geltungsbereich-<int:number>.geojson", views.area_version, name="area_version"),
    path("beteiligung/<public_id:public_id>/unterlagen/<public_id:document_id>.pdf", views.document, name="document"),
    path(f"{_PAGE}unterlagen/<public_id:document_id>.<drawing_ending:drawing>", views.document, name="drawing"),
    path(f"{_PAGE}{_SHEET}/<int:z>/<int:x>/<int:y>.webp", sheet_views.tile, name="sheet_tile"),
    path(f"{_PAGE}{_SHEET}/<slug:name>.webp", sheet_views.picture, name="sheet_picture"),
    path("intern/beteiligung/", drafting.desk, name="desk"),
    path("intern/beteiligung/neu/", drafting.add, name="desk_add"),
    path("intern/beteiligung/flaeche.json", drafting.check_shape, name="desk_check_shape"),
    path(_DESK, drafting.edit, name="desk_edit"),
    path(f"{_DESK}fristen/", periods.periods, name="desk_periods"),
    path(f"{_DESK}unterlagen/", papers.papers, name="desk_papers"),
    path(f"{_DESK}unterlagen/<public_id:document_id>/", papers.edit_paper, name="desk_edit_paper"),
    path(f"{_DESK}unterlagen/<public_id:document_id>.pdf", papers.open_paper, name="desk_open_paper"),
    path(
        f"{_DESK}unterlagen/<public_id:document_id>.<drawing_ending:drawing>",
        papers.open_paper,
        name="desk_open_drawing",
    ),
    path(f"{_DESK}planzeichnung/", sheets.add, name="desk_add_sheet"),
    path(f"{_DESK}{_SHEET}/", sheets.work, name="desk_sheet"),
    path(f"{_DESK}{_SHEET}/auflegen/", sheets.lay, name="desk_lay_sheet"),
    path(f"{_DESK}{_SHEET}/legende/", sheets.legend, name="desk_sheet_legend"),
    path(f"{_DESK}{_SHEET}/<int:z>/<int:x>/<int:y>.webp", sheets.tile, name="desk_sheet_tile"),
    path(f"{_DESK}{_SHEET}/<slug:name>.webp", sheets.picture, name="desk_sheet_picture"),
    path(f"{_DESK}vorschau/", drafting.preview, name="desk_preview"),
    path(f"{_DESK}veroeffentlichen/", publishing.publish, name="desk_publish"),
    path(f"{_DESK}freigabe/", publishing.ask_override, name="desk_override"),
    path(f"{_DESK}freigabe/entscheidung/", publishing.decide_override, name="desk_override_decide"),
    path(f"{_DESK}bekanntmachung/", notices.notice, name="desk_notice"),
    path(f"{_DESK}landesportal/", notices.portal, name="desk_portal"),
    path(f"{_DESK}landesportal/paket.zip", notices.portal_package, name="desk_portal_package"),
    path(f"{_DESK}nachweis/", proof.proof, name="desk_proof"),
    path(f"{_DESK}nachweis/nachweis.json", proof.proof_json, name="desk_proof_json"),
    path(f"{_DESK}nachweis/nachweis.pdf", proof.proof_pdf, name="desk_proof_pdf"),
    path(f"{_DESK}zurueckziehen/", publishing.withdraw, name="desk_withdraw"),
]
