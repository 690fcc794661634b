"""Every change of departments, their people, categories and rules: one function, one transaction, with its history."""

from apps.departments.services.categories import (
    move_question,
    retire_question,
    save_category,
    save_question,
    switch_category,
)
from apps.departments.services.desks import (
    create_department,
    create_organisation,
    layers_showing,
    move_triage,
    set_members,
    update_department,
)
from apps.departments.services.examples import delete_example, save_example
from apps.departments.services.rules import RULE_FIELDS, confirm_rule, end_rule, save_rule
from apps.departments.services.template import adopt_categories
from apps.departments.services.zones import end_zone, save_zone
from apps.geo.editing import ChangeRefused
