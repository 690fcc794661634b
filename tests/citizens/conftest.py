"""Anna wants an account in Rasterstadt, whose administrators have switched accounts on."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from apps.outbox.models import Message

PASSWORD = "drei-Amseln-im-Mai"


@pytest.fixture
def open_town(town: Any, settings: Any) -> Any:
    settings.EMAIL_BACKEND = "apps.outbox.backend.OutboxEmailBackend"  # the real one: what is sent is stored
    type(town).objects.filter(pk=town.pk).update(citizen_accounts=True)
    town.refresh_from_db()
    return town


@pytest.fixture
def sign_up(client: Any, open_town: Any) -> Callable[..., Any]:
    """Return ``sign_up("anna@example.org")``: the answer to the form."""

    def send(email: str, **more: str) -> Any:
        return client.post("/konto/anlegen/", {"email": email, "password1": PASSWORD, "key": str(uuid.uuid4()), **more})

    return send


def link_in(message: Any) -> str:
    return re.search(r"https?://[^/]+(/konto/\S+)", message.body)[1]


@pytest.fixture
def anna(client: Any, sign_up: Any) -> Any:
    """Anna has signed up, confirmed, and is signed in."""
    from apps.accounts.models import User

    sign_up("anna@example.org")
    client.post(link_in(Message.objects.get(recipient="anna@example.org")))
    client.post("/konto/login/", {"login": "anna@example.org", "password": PASSWORD})
    return User.objects.get(email="anna@example.org")
