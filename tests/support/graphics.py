"""Terminals' picture protocols read back: what a terminal would show, from the bytes it was sent."""

import re
from base64 import standard_b64decode
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

_COMMAND = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")
_ENVELOPE = re.compile(rb"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")
_SIXEL = re.compile(rb'\x1bP[\d;]*q"1;1;(\d+);(\d+)([^\x1b]*)\x1b\\')
_TOKEN = re.compile(rb"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")


def unwrapped(envelope: bytes) -> bytes:
    """The command in tmux's envelope, as the terminal outside gets it."""
    return envelope.removeprefix(b"\x1bPtmux;").removesuffix(b"\x1b\\").replace(b"\x1b\x1b", b"\x1b")


@dataclass
class KittyMemory:
    """The pictures kitty holds, by id; `placements` their cells, `most` how many there ever were at once."""

    images: dict[int, bytes] = field(default_factory=dict)
    placements: dict[int, tuple[int, int]] = field(default_factory=dict)
    transmitted: int = 0
    most: int = 0
    _open: tuple[int, bytes] | None = None

    def feed(self, output: bytes | bytearray) -> "KittyMemory":
        """Obey every graphics command in the output, wrapped or not."""
        output = _ENVELOPE.sub(lambda match: match[1].replace(b"\x1b\x1b", b"\x1b"), output)
        for match in _COMMAND.finditer(output):
            self._obey(dict(pair.split(b"=") for pair in match[1].split(b",")), match[2] or b"")
        return self

    def picture(self, image_id: int) -> Image.Image:
        """A picture, decoded."""
        return Image.open(BytesIO(self.images[image_id]))

    def _obey(self, control: dict[bytes, bytes], payload: bytes) -> None:
        assert len(payload) <= 4096
        image_id = int(control.get(b"i", b"0"))
        match control.get(b"a"):
            case b"q":
                assert self._open is None, "a question in the middle of a picture"
            case b"d":
                assert control[b"d"] == b"I", "a lower-case i frees nothing"
                self.images.pop(image_id, None)
                self.placements.pop(image_id, None)
            case b"p":
                assert image_id in self.images
                assert control[b"U"] == b"1"
                self.placements[image_id] = (int(control[b"c"]), int(control[b"r"]))
            case _:
                self._load(image_id, payload, more=control.get(b"m", b"0") == b"1")

    def _load(self, image_id: int, payload: bytes, *, more: bool) -> None:
        image_id, data = (self._open[0], self._open[1] + payload) if self._open else (image_id, payload)
        self._open = (image_id, data) if more else None
        if not more:
            self.images[image_id] = standard_b64decode(data)
            self.transmitted += 1
            self.most = max(self.most, len(self.images))


def decode_sixel(data: bytes) -> Image.Image:
    """The picture that a sixel terminal paints; colours must be defined before they are used."""
    head = _SIXEL.fullmatch(data)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    image = Image.new("RGB", (width, height), (255, 0, 255))
    access = image.load()
    assert access is not None
    palette: dict[int, tuple[int, int, int]] = {}
    color, x, y, end = 0, 0, 0, 0
    for token in _TOKEN.finditer(head[3]):
        assert token.start() == end, head[3][end : end + 20]
        end = token.end()
        if token[1]:
            palette[int(token[1])] = (_level(token[2]), _level(token[3]), _level(token[4]))
        elif token[5]:
            color = int(token[5])
        elif token[9]:
            x, y = (0, y) if token[9] == b"$" else (0, y + 6)
        else:
            count, bits = int(token[6] or 1), (token[7] or token[8])[0] - 63
            for column in range(x, x + count):
                for row in range(6):
                    if bits >> row & 1:
                        access[column, y + row] = palette[color]
            x += count
    assert end == len(head[3])
    return image


def _level(percent: bytes) -> int:
    return round(int(percent) * 255 / 100)
