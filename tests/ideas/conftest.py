"""Ideas in Rasterstadt."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.ideas import services
from apps.ideas.models import shape_columns
from tests.conftest import at


@pytest.fixture
def make_idea(town: Any, dilek: Any) -> Callable[..., Any]:
    """Return ``make_idea("Plauderbank", at(…), published=True, status=…, answer=…)``."""

    def make(
        title: str,
        shape: Any = None,
        *,
        published: bool = True,
        status: str = "",
        answer: str = "",
        municipality: Any = None,
        **values: Any,
    ) -> Any:
        idea = services.submit_idea(
            municipality=municipality or town,
            actor=None if municipality else dilek,  # she keeps the ideas of her own town
            values={"title": title, "text": "Das wäre schön.", **shape_columns(shape or at(1000, 1000)), **values},
        )
        if published or status:
            idea = services.publish_idea(idea=idea, actor=None if municipality else dilek, version=idea.version)
        if status:
            idea = services.answer_idea(
                idea=idea, actor=dilek, version=idea.version, status=status, official_answer=answer
            )
        return idea

    return make
