"""Pictures by kitty's graphics protocol, placed in the text by unicode placeholders; image in, commands out.

The placeholder cells carry the picture's id and are drawn once; a new frame is sent under the same id.
https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

import secrets
from base64 import standard_b64encode
from io import BytesIO

from PIL import Image

from tui.terminal.passthrough import wrap

PLACEHOLDER = "\U0010eeee"
CHUNK = 4096
"""The most base64 that one command may carry."""

_RANGES = (
    "305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9"
    " 5AB-5AC 5AF 5C4 610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D"
    " 73F-741 743 745 747 749-74A 7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87"
    " 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9"
    " 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF"
    " A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26 10A0F"
    " 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244"
)


def _marks() -> tuple[str, ...]:
    """The combining marks that stand for the numbers 0..296, in the protocol's order."""
    spans = (span.split("-") for span in _RANGES.split())
    return tuple(chr(code) for span in spans for code in range(int(span[0], 16), int(span[-1], 16) + 1))


MARKS = _marks()
MAX_CELLS = len(MARKS)
"""The most rows or columns of placeholders."""


def new_image_id() -> int:
    """An id of a low byte, which an indexed colour can say, and a high byte, which a mark can.

    24-bit colours would be turned into others by a tmux that has not been told of them; the first sixteen
    colours may be rewritten to bold or bright ones.
    """
    return (secrets.randbelow(255) + 1) << 24 | (secrets.randbelow(240) + 16)


def color_index(image_id: int) -> int:
    """The indexed foreground colour of the placeholders."""
    return image_id & 0xFF


def placeholder_row(image_id: int, row: int, columns: int) -> str:
    """One row of cells that show a row of the picture when drawn in the id's colour."""
    head, tail = PLACEHOLDER + MARKS[row], MARKS[image_id >> 24]
    return "".join(f"{head}{MARKS[column]}{tail}" for column in range(columns))


def png(image: Image.Image, colors: int | None = None) -> bytes:
    """An RGB image as a PNG, of a palette when colours are counted."""
    if colors is not None:
        image = image.quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    target = BytesIO()
    image.save(target, "PNG", compress_level=1 if colors is None else 6)
    return target.getvalue()


def transmission(image_id: int, data: bytes, columns: int, rows: int, *, tmux: bool = False) -> list[bytes]:
    """The commands that replace the picture of that id by PNG bytes and place it over its placeholders."""
    text = standard_b64encode(data)
    chunks = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    commands = [
        _command(f"a=t,i={image_id},f=100,q=2,m={int(len(chunks) > 1)}", chunks[0]),
        *(_command("q=2,m=1", chunk) for chunk in chunks[1:-1]),
        *(_command("q=2,m=0", chunk) for chunk in chunks[1:][-1:]),
        _command(f"a=p,i={image_id},U=1,c={columns},r={rows},q=2"),
    ]
    return [wrap(command) for command in commands] if tmux else commands


def interruption(*, tmux: bool = False) -> bytes:
    """The command that ends a transmission before its end; the terminal drops what it has."""
    command = _command("q=2,m=0")
    return wrap(command) if tmux else command


def release(image_id: int, *, tmux: bool = False) -> bytes:
    """The command that removes the picture and frees its memory."""
    command = _command(f"a=d,d=I,i={image_id},q=2")
    return wrap(command) if tmux else command


def _command(control: str, payload: bytes = b"") -> bytes:
    return b"\x1b_G" + control.encode() + (b";" + payload if payload else b"") + b"\x1b\\"
