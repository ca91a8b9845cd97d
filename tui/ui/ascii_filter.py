"""The last word on what a terminal without unicode gets to see."""

from collections.abc import Iterable

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = str.maketrans(
    {
        "·": "-",
        "×": "x",
        "…": "~",
        "–": "-",
        "•": "*",
        "▌": "|",
        "▐": "|",
        "█": "|",
        "━": "-",
        "▁": "_",
        "▂": "_",
        "▔": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "→": ">",
    }
)


class AsciiFilter(LineFilter):
    """Spells out what is left of typography, borders and scrollbars; names in other scripts stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual asks so
        """The segments, plain."""
        return list(_plain(segments))


def _plain(segments: Iterable[Segment]) -> Iterable[Segment]:
    for text, style, control in segments:
        yield Segment(text if text.isascii() else text.translate(_PLAIN), style, control)
