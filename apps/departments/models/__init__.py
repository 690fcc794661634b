"""Whose job: bodies and their desks, categories, and the rules between them."""

from apps.departments.models.categories import Category, CategoryGroup
from apps.departments.models.desks import Department, Membership, Organisation
from apps.departments.models.examples import RoutingExample
from apps.departments.models.jurisdiction import Jurisdiction
