"""Forms of the desk: text is cleaned, and an edit from an older state shows what has changed meanwhile."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.geo.editing import StaleEdit
from apps.geo.form_fields import CleanTextMixin


class EditForm(CleanTextMixin, forms.ModelForm):
    """A ModelForm of an ``Editable`` that never saves by itself: views hand ``values()`` to a service."""

    version = forms.IntegerField(min_value=1, initial=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        kwargs["initial"] = {"version": getattr(instance, "version", 1), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """Return the model's values of a valid form."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def show_stale(self, stale: StaleEdit) -> None:
        """Keep what was typed, tell at each field what is stored now, and take the new version as the base."""
        for name in self._meta.fields or ():
            now = getattr(stale.current, name)
            if now != self.cleaned_data.get(name):
                said = getattr(stale.current, f"get_{name}_display", lambda now=now: now)()
                words = {True: _("ja"), False: _("nein"), None: _("nichts"), "": _("nichts")}.get(said, said)
                self.add_error(name, _("Inzwischen gespeichert ist: %(value)s") % {"value": words})
        self.add_error(None, str(stale))
        self.take("version", str(stale.current.version))

    def take(self, name: str, value: str) -> None:
        """Put a value of ours into a hidden field of the form that is shown again."""
        typed = cast(QueryDict, self.data).copy()
        typed[self.add_prefix(name)] = value
        self.data = typed
