"""Many tiles in one file: a ZIP archive without compression, so that a sheet is whole or is not there at all.

Which tile stands where is read once for each process and file; a file never changes under its name.
"""

import zipfile
from collections.abc import Iterable
from functools import lru_cache
from typing import IO

from django.core.files.storage import default_storage

Number = tuple[int, int, int]


def write_tiles(tiles: Iterable[tuple[Number, bytes]], file: IO[bytes]) -> int:
    """Write numbered tiles (zoom, column, row) into an empty file; return how many."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, picture in tiles:
            # A fixed date: the same sheet always has the same archive, and the same hash.
            archive.writestr(zipfile.ZipInfo("{}/{}/{}.webp".format(*number)), picture)
            count += 1
    file.seek(0)
    return count


def read_tile(name: str, number: Number) -> bytes | None:
    """Return one tile of a stored archive, or None where it has none. Raises ``FileNotFoundError``."""
    with default_storage.open(name) as file:
        found = _index(name).get("{}/{}/{}.webp".format(*number))
        if found is None:
            return None
        at, size = found
        file.seek(at + 26)  # the local header's lengths of name and extra field (APPNOTE 4.3.7)
        head = file.read(4)
        file.seek(at + 30 + int.from_bytes(head[:2], "little") + int.from_bytes(head[2:], "little"))
        return bytes(file.read(size))


@lru_cache(maxsize=32)
def _index(name: str) -> dict[str, tuple[int, int]]:
    with default_storage.open(name) as file, zipfile.ZipFile(file) as archive:
        return {info.filename: (info.header_offset, info.file_size) for info in archive.infolist()}
