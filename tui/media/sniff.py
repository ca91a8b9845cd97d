"""What kind of file some bytes are, by how they begin."""

_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"v/1\x01", "image/x-exr"),
    (b"glTF", "model/gltf-binary"),
)
_RIFF_KINDS = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_MATROSKA = b"\x1a\x45\xdf\xa3"
_TEXT_CONTROLS = {9, 10, 12, 13, 27}

ENOUGH = 512
"""How many first bytes decide."""

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tiff",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
    "image/x-exr": ".exr",
    "model/gltf-binary": ".glb",
    "text/plain": ".txt",
}
"""The usual end of a file's name, by media type."""


def media_type(head: bytes) -> str | None:
    """The media type of a file that begins with `head` (`ENOUGH` bytes suffice); None when it is unknown."""
    for first, kind in _FIRST_BYTES:
        if head.startswith(first):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF_KINDS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _mp4_kind(head[8:12])
    if head.startswith(_MATROSKA):
        return "video/x-matroska" if b"matroska" in head[:64] else "video/webm"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if _is_mpeg_audio(head):
        return "audio/mpeg"
    return "text/plain" if _is_text(head[:ENOUGH]) else None


def _mp4_kind(brand: bytes) -> str:
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in (b"avif", b"avis"):
        return "image/avif"
    return "audio/mp4" if brand.startswith(b"M4A") else "video/mp4"


def _is_mpeg_audio(head: bytes) -> bool:
    """A frame header: eleven set bits, then a version, layer III and a bit rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    return head[1] & 0x18 != 0x08 and head[1] & 0x06 == 0x02 and head[2] & 0xF0 not in (0x00, 0xF0)


def _is_text(head: bytes) -> bool:
    if not head or any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    for cut in range(4):  # the last character may be cut short
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False
