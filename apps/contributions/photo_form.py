"""Photos in a citizen's form: several at once, kept over errors and screens, with and without JavaScript.

The form carries its draft number and the tokens of what was uploaded in hidden fields. Without JavaScript the files
come with the form itself, whatever its button; with JavaScript they were sent before (``views.upload_photo``).
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.contributions.limits import TooMany, admit_upload
from apps.contributions.models import Upload
from apps.contributions.photos import PhotoRefused
from apps.contributions.tokens import PATTERN
from apps.contributions.uploads import MAX_PHOTOS, PhotosGone, drop_upload, keep_upload, uploads_of
from apps.places.models import Municipality
from apps.places.requests import TownRequest

#: Name of the file input, and of the button that removes one photo (its value is the token).
FILES, REMOVE = "new_photos", "remove_photo"


class TokensField(forms.Field):
    """The tokens of uploaded photos, one hidden input each; whatever is no token is left out."""

    widget = forms.MultipleHiddenInput
    hidden_widget = forms.MultipleHiddenInput

    def to_python(self, value: Iterable[object] | None) -> list[str]:
        tokens = [str(token) for token in value or [] if re.fullmatch(PATTERN, str(token))]
        return list(dict.fromkeys(tokens))[:MAX_PHOTOS]


class PhotoFormMixin(forms.Form):
    """Fields ``draft`` and ``photos`` (tokens); ``photo_rows()`` are the pictures to show.

    The form has a ``municipality``. Show the field with ``{% include "contributions/photo_field.html" %}`` and call
    ``take_photos`` with each POST before the form is made.
    """

    municipality: Municipality

    draft = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4, label=lazy("Fotos"))
    photos = TokensField(required=False, label=lazy("Fotos"))

    def draft_number(self) -> uuid.UUID | None:
        """Return the number of the form's draft, also of a form that is not valid; None when it is no number."""
        value = self["draft"].value()
        try:
            return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
        except ValueError:
            return None

    def photo_rows(self) -> list[Upload]:
        """Return the uploaded photos that the form names and that are still there, in its order (one query)."""
        draft, tokens = self.draft_number(), TokensField().to_python(self["photos"].value())
        if draft is None or not tokens:
            return []
        return uploads_of(municipality=self.municipality, draft=draft, tokens=tokens)


@dataclass
class TakenPhotos:
    """What became of the files of one POST: the form's data with their tokens, and what was refused, in words."""

    data: QueryDict
    refusals: list[str] = field(default_factory=list)
    removed: bool = False


def take_photos(request: TownRequest, municipality: Municipality, *, is_final: bool = False) -> TakenPhotos:
    """Store the files that came with a form and remove the photo whose button was pressed.

    Returns the POST data to make the form from. Nothing is raised: a refused file leaves the others alone. Unless the
    form is sent for good (then its service decides, which knows a repeated POST), photos that are gone are left out.
    """
    data = request.POST.copy()
    taken = TakenPhotos(data)
    try:
        draft = uuid.UUID(data.get("draft", ""))
    except ValueError:
        draft = uuid.uuid4()
        data["draft"] = str(draft)
    tokens = TokensField().to_python(data.getlist("photos"))
    if re.fullmatch(PATTERN, unwanted := data.pop(REMOVE, [""])[-1]):
        drop_upload(municipality=municipality, draft=draft, token=unwanted)
        tokens = [token for token in tokens if token != unwanted]
        taken.removed = True
    for upload in request.FILES.getlist(FILES):
        try:
            if len(tokens) >= MAX_PHOTOS:
                raise PhotoRefused("count")
            admit_upload(request)
            tokens.append(keep_upload(municipality=municipality, draft=draft, upload=upload).token)
        except (PhotoRefused, TooMany) as refusal:
            taken.refusals.append(_named(upload.name, str(refusal)))
    if not is_final:
        there = {row.token for row in uploads_of(municipality=municipality, draft=draft, tokens=tokens)}
        if lost := [token for token in tokens if token not in there]:
            tokens = [token for token in tokens if token not in lost]
            taken.refusals.append(str(PhotosGone()))
    data.setlist("photos", list(dict.fromkeys(tokens)))
    return taken


def _named(name: str | None, sentence: str) -> str:
    """Say which file a sentence is about; the name is shown to its sender only and never stored."""
    printable = "".join(c for c in name or "" if c.isprintable())[:60]
    return _("%(file)s: %(sentence)s") % {"file": printable or _("Foto"), "sentence": sentence}
