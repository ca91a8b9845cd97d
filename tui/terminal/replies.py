"""What terminals answer when they are asked what they are; bytes in, facts out."""

import re
from dataclasses import dataclass

KITTY_QUERY_ID = 31
KITTY_QUERY = b"\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" % KITTY_QUERY_ID
"""Asks whether a picture of one pixel could be shown."""

_DA1 = re.compile(rb"\x1b\[\?([\d;]*)c")
_VERSION = re.compile(rb"\x1bP>\|([^\x1b\x9c]*)(?:\x1b\\|\x9c)")
_KITTY = re.compile(rb"\x1b_Gi=%d[^;\x1b]*;([^\x1b]*)\x1b\\" % KITTY_QUERY_ID)
_SIZE = re.compile(rb"\x1b\[([46]);(\d{1,6});(\d{1,6})t")
_MODE = re.compile(rb"\x1b\[\?2026;(\d)\$y")
_REGISTERS = re.compile(rb"\x1b\[\?1;0;(\d{1,6})S")
_NAME = re.compile(r"([A-Za-z][\w.+-]*?)[\s(]+v?([\d][\w.+-]*)\)?|([A-Za-z][\w.+-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Everything a terminal said; what it left unsaid is None or False."""

    attributes: frozenset[int] | None = None
    """The answer to DA1, which every terminal gives, and gives last."""
    name: str = ""
    version: str = ""
    has_kitty_graphics: bool = False
    cell: tuple[int, int] | None = None
    """Width and height in pixels."""
    text_area: tuple[int, int] | None = None
    synchronized_output: int | None = None
    """The state of mode 2026: 0 = not known to the terminal, which is an answer nevertheless."""
    registers: int | None = None

    @property
    def are_complete(self) -> bool:
        """Whether the answer that ends the batch has come."""
        return self.attributes is not None


def parse(data: bytes) -> Replies:
    """Read whatever answers are in the data; unknown and unfinished ones are skipped."""
    sizes = {kind: (int(width), int(height)) for kind, height, width in _SIZE.findall(data)}
    name, version = _identity(_VERSION.search(data))
    mode = _MODE.search(data)
    registers = _REGISTERS.search(data)
    return Replies(
        attributes=_attributes(_DA1.search(data)),
        name=name,
        version=version,
        has_kitty_graphics=any(answer == b"OK" for answer in _KITTY.findall(data)),
        cell=_positive(sizes.get(b"6")),
        text_area=_positive(sizes.get(b"4")),
        synchronized_output=int(mode[1]) if mode else None,
        registers=int(registers[1]) if registers else None,
    )


def split_identity(text: str) -> tuple[str, str]:
    """`XTerm(379)`, `tmux 3.3a` and `kitty(0.41.1)` as a name in lower case and a version."""
    match = _NAME.match(text.strip())
    if match is None:
        return "", ""
    return (match[1] or match[3]).lower(), match[2] or ""


def _identity(match: re.Match[bytes] | None) -> tuple[str, str]:
    return split_identity(match[1].decode("ascii", "ignore")) if match else ("", "")


def _attributes(match: re.Match[bytes] | None) -> frozenset[int] | None:
    return frozenset(int(part) for part in match[1].split(b";") if part) if match else None


def _positive(size: tuple[int, int] | None) -> tuple[int, int] | None:
    return size if size and all(size) else None
