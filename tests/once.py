"""What one process of the tests need not do again for each test, because its answer cannot change in between."""

import gc
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_look_at_all_files = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[str, Any] = {}


def _remember_the_files(self: WhiteNoiseMiddleware) -> None:
    """Each test client builds the middleware anew, and this one looks at 300 static files each time."""
    if not _found:
        _look_at_all_files(self)
        _found.update(self.files)
    self.files.update(_found)


def spare_work() -> None:
    """Let this process do such things once."""
    WhiteNoiseMiddleware.add_files_from_finders = _remember_the_files


def spare_rubbish_collection() -> None:
    """What is loaded by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
