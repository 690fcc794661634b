from django.urls import path

from apps.departments.desk import categories, category_edit, coverage, desks, examples, rule_edit, rules, zones

urlpatterns = [
    path("intern/zustaendigkeiten/", rules.rules, name="desk_rules"),
    path("intern/zustaendigkeiten/beispiele/", examples.examples, name="desk_examples"),
    path(
        "intern/zustaendigkeiten/beispiele/<int:example_id>/loeschen/",
        examples.example_delete,
        name="desk_example_delete",
    ),
    path("intern/zustaendigkeiten/abdeckung/", coverage.coverage, name="desk_coverage"),
    path("intern/zustaendigkeiten/gebiete/", zones.zones, name="desk_zones"),
    path("intern/zustaendigkeiten/gebiete/neu/", zones.zone_new, name="desk_zone_new"),
    path("intern/zustaendigkeiten/gebiete/<int:zone_id>/", zones.zone, name="desk_zone"),
    path("intern/zustaendigkeiten/neu/", rule_edit.rule_new, name="desk_rule_new"),
    path("intern/zustaendigkeiten/flaeche/", rule_edit.check_area, name="desk_rule_check_area"),
    path("intern/zustaendigkeiten/<int:rule_id>/", rule_edit.rule, name="desk_rule"),
    path("intern/zustaendigkeiten/<int:rule_id>/stand/<int:number>/", rule_edit.rule_version, name="desk_rule_version"),
    path("intern/fachbereiche/", desks.departments, name="desk_departments"),
    path("intern/fachbereiche/neu/", desks.department_new, name="desk_department_new"),
    path("intern/fachbereiche/behoerde/", desks.organisation_new, name="desk_organisation_new"),
    path("intern/fachbereiche/<int:department_id>/", desks.department, name="desk_department"),
    path("intern/kategorien/", categories.categories, name="desk_categories"),
    path("intern/kategorien/vorlage/", categories.adopt, name="desk_categories_adopt"),
    path("intern/kategorien/neu/", category_edit.category_new, name="desk_category_new"),
    path("intern/kategorien/<int:category_id>/", category_edit.category, name="desk_category"),
    path("intern/kategorien/<int:category_id>/anbieten/", categories.category_switch, name="desk_category_switch"),
    path(
        "intern/kategorien/<int:category_id>/stand/<int:number>/",
        category_edit.category_version,
        name="desk_category_version",
    ),
    path("intern/kategorien/<int:category_id>/fragen/neu/", category_edit.question, name="desk_question_new"),
    path("intern/kategorien/<int:category_id>/fragen/<slug:key>/", category_edit.question, name="desk_question"),
]
