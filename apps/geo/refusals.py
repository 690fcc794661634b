"""What is refused is said where the person looks: at a field of the form, which is shown again, or above the page.

Whatever follows the refused call inside the ``with`` is left out, a message of success and a redirect too::

    with said_at(form, "title"):
        services.save_template(...)
        messages.success(request, _("Gespeichert."))
        return redirect("reports:desk_templates")
    return render(...)
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from apps.geo.editing import ChangeRefused, StaleEdit
from apps.geo.untrusted import InputRefused


class _Said:
    def __init__(self, say: Callable[[Exception], None], also: tuple[type[Exception], ...]) -> None:
        self.say = say
        self.kinds: tuple[type[Exception], ...] = (ChangeRefused, InputRefused, *also)

    def __enter__(self) -> None: ...

    def __exit__(
        self, _kind: type[BaseException] | None, refusal: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        if isinstance(refusal, self.kinds):
            self.say(refusal)
            return True
        return False


def said_above(request: HttpRequest, *also: type[Exception]) -> _Said:
    """Say a refusal (or one of ``also``) above the next page."""
    return _Said(lambda refusal: messages.error(request, str(refusal)), also)


def said_at(form: Any, field: str | None, *also: type[Exception]) -> _Said:
    """Say a refusal (or one of ``also``) at a field, or above the form; one that is stale shows what has changed."""

    def say(refusal: Exception) -> None:
        if isinstance(refusal, StaleEdit) and hasattr(form, "show_stale"):
            form.show_stale(refusal)
        else:
            form.add_error(field, str(refusal))

    return _Said(say, also)
