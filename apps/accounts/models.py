"""Who somebody is: accounts, and the roles that staff hold in a town."""

from typing import Any

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.querysets import AccessTokenQuerySet, ApiKeyQuerySet
from apps.places.models import TownOwned


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Whoever has the machine needs no mail to prove an address."""
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.ManualEvent("second_factor_reset"),
    fields=["is_active", "is_superuser"],
    model_name="UserEvent",
)
class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff, or a citizen who wanted an account (no role ever, ``name`` empty); nobody needs one.

    A superuser runs the installation, not a town.
    """

    email = models.EmailField(_("E-Mail-Adresse"), unique=True)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    is_active = models.BooleanField(_("aktiv"), default=True)
    date_joined = models.DateTimeField(_("angelegt am"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("Konto")
        verbose_name_plural = _("Konten")
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def _roles(self) -> dict[int, set[str]]:
        held: dict[int, set[str]] = {}
        for town, role in self.roles.values_list("municipality_id", "role"):
            held.setdefault(town, set()).add(role)
        return held

    def roles_in(self, municipality_id: int) -> set[str]:
        """Return the role codes held in one town (one query per user object)."""
        return self._roles.get(municipality_id, set())

    def has_role(self, municipality_id: int, *wanted: str) -> bool:
        """Is one of the roles held in that town? With none named: any role at all."""
        held = self.roles_in(municipality_id)
        return bool(held & set(wanted)) if wanted else bool(held)

    def towns_with_role(self, *wanted: str) -> list[int]:
        """Return the primary keys of the towns where one of the roles is held (any role when none is named)."""
        return [town for town, held in self._roles.items() if not wanted or held & set(wanted)]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Role(TownOwned):
    """One role of one person in one town."""

    class Code(models.TextChoices):
        CLERK = "clerk", _("Sachbearbeitung")
        SUPERVISOR = "supervisor", _("Leitung")
        MODERATOR = "moderator", _("Moderation")
        PLANNER = "planner", _("Stadtplanung")
        GIS = "gis", _("GIS-Stelle")
        ADMINISTRATOR = "administrator", _("Verwaltung der Plattform")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles", verbose_name=_("Konto"))
    role = models.CharField(_("Rolle"), max_length=14, choices=Code)

    class Meta:
        verbose_name = _("Rolle")
        verbose_name_plural = _("Rollen")
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality", "role"], name="accounts_one_row_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.municipality})"


class Secret(models.Model):
    """Abstract base of a key that a program shows instead of a password.

    The key is shown once; stored are its first characters, to recognise it, and its SHA-256. It has 160 random bits, so
    a plain hash needs neither salt nor slowness, and finding the row by the hash compares nothing secret in time.
    """

    name = models.CharField(_("Bezeichnung"), max_length=80)
    prefix = models.CharField(_("beginnt mit"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now())
    last_used_on = models.DateField(_("zuletzt benutzt am"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AccessToken(Secret):
    """What a member of staff gives QGIS instead of the password; it may read what its owner may read."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens", verbose_name=_("Konto"))
    expires_on = models.DateField(_("gilt bis vor"))

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("Zugangsschlüssel")
        verbose_name_plural = _("Zugangsschlüssel")


class ApiKey(Secret, TownOwned):
    """What another system shows to write through the REST API in the name of one town."""

    is_active = models.BooleanField(_("aktiv"), default=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API-Schlüssel")
        verbose_name_plural = _("API-Schlüssel")


class RateCount(models.Model):
    """How often somebody did something since the window opened (``throttle.py``); ``key`` is a hash."""

    name = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    count = models.BigIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="accounts_one_count_per_key")]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
