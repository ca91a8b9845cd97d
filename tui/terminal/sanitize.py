"""The second line of defence: nothing that a terminal would obey gets through Textual's or Rich's texts.

The first is `tui.domain.text.clean`, where text enters. Both libraries drop five control characters by
tables that have no public name; they are extended in place, and a test on a pty tells when that fails.
"""

from rich import control
from textual import content

_C0 = [code for code in range(0x20) if chr(code) not in "\t\n"]
_DELETE_AND_C1 = range(0x7F, 0xA0)
_DIRECTIONS = [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_LONE_SURROGATES = range(0xD800, 0xE000)
"""They cannot be encoded, which would end the thread that writes."""
UNSAFE = (*_C0, *_DELETE_AND_C1, *_DIRECTIONS, *_LONE_SURROGATES)


def install() -> None:
    """Extend both tables; to do it twice does no harm."""
    for table in (
        content._CONTROL_STRIP_TRANSLATE,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - see above
        control._CONTROL_STRIP_TRANSLATE,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    ):
        table.update(dict.fromkeys(UNSAFE))
