"""Is this a WebP of one picture and nothing else? Source: RFC 9649, section 2."""

#: A picture with or without loss, its transparency, and the head that says there is one; no metadata, no animation.
CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP that holds a picture alone; None for anything else."""
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return None
    size, at = None, 12
    while at < len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if name not in CHUNKS or len(body) != length:
            return None
        size = size or _size(name, body)
        at += 8 + length + length % 2
    return size if at == len(data) else None


def _size(name: bytes, body: bytes) -> tuple[int, int] | None:
    if name == b"VP8X" and len(body) == 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if name == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
