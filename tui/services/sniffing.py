"""What a file is by its first bytes, whatever it is called."""

from pathlib import PurePosixPath

ENOUGH = 512
"""Bytes that suffice to tell."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"\x1a\x45\xdf\xa3", "video/webm", ".webm"),
    (b"II*\x00", "image/tiff", ".tif"),
    (b"MM\x00*", "image/tiff", ".tif"),
    (b"v/1\x01", "image/x-exr", ".exr"),
    (b"fLaC", "audio/flac", ".flac"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"glTF", "model/gltf-binary", ".glb"),
)
_RIFF = {
    b"WEBP": ("image/webp", ".webp"),
    b"WAVE": ("audio/wav", ".wav"),
    b"AVI ": ("video/x-msvideo", ".avi"),
}
_BRANDS = {
    b"avif": ("image/avif", ".avif"),
    b"avis": ("image/avif", ".avif"),
    b"qt  ": ("video/quicktime", ".mov"),
}


def sniff(head: bytes) -> tuple[str, str] | None:
    """Media type and extension, or None of what is not known."""
    for signature, media_type, suffix in _SIGNATURES:
        if head.startswith(signature):
            return media_type, suffix
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], ("video/mp4", ".mp4"))
    return None


def is_text(head: bytes) -> bool:
    """Whether it reads as UTF-8 text."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # no character cut off by the end of `head`
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\n\r\t" for character in text)


def suffix_of(filename: str) -> str:
    """The extension of a server's file name where it is a plain short one, or `.bin`."""
    suffix = PurePosixPath(filename).suffix.lower()
    is_plain = 2 <= len(suffix) <= 6 and suffix[1:].isascii() and suffix[1:].isalnum()
    return suffix if is_plain else ".bin"
