"""Who is reading. Public URLs answer as nobody, whoever asks, so that their answers may be cached."""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser

from apps.geo.staff import StaffMember

Actor: TypeAlias = StaffMember | AnonymousUser

ANONYMOUS = AnonymousUser()
