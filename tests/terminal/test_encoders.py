"""What the encoders write, read back as a terminal reads it."""

import re
from base64 import standard_b64decode
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from rich.console import Console
from rich.style import Style
from textual_image.renderable.tgp import _NUMBER_TO_DIACRITIC

from tests.support.graphics import KittyMemory, decode_sixel, unwrapped
from tui.terminal import iterm2, kitty
from tui.terminal.ascii import ascii_art
from tui.terminal.half import half_blocks
from tui.terminal.mosaic import DEFAULT_COLOR, Depth, sgr_rows
from tui.terminal.quadrant import quadrants
from tui.terminal.rendering import TextRow
from tui.terminal.sixel import sixels
from tui.terminal.strips import MosaicStrip

_SGR = re.compile(r"\x1b\[([\d;]*)m|(.)", re.DOTALL)


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Gradients with an edge."""
    bands = (
        Image.linear_gradient("L").resize((width, height)),
        Image.radial_gradient("L").resize((width, height)),
        Image.linear_gradient("L").rotate(90).resize((width, height)),
    )
    image = Image.merge("RGB", bands)
    image.paste((250, 10, 10), (width // 4, height // 4, width // 2, height // 2))
    return image


def cells(row: str) -> list[tuple[str, str, str]]:
    """Character, foreground and background of each cell of a row, as a terminal keeps them."""
    fore = back = "default"
    found: list[tuple[str, str, str]] = []
    for codes, character in _SGR.findall(row):
        if character:
            found.append((character, fore, back))
            continue
        for code in re.findall(r"0(?=;|$)|[34]9|[34]8;2;\d+;\d+;\d+|[34]8;5;\d+", codes):
            if code == "0":
                fore = back = "default"
            elif code.startswith("3"):
                fore = code[3:]
            else:
                back = code[3:]
    return found


def rgb(color: str) -> tuple[int, ...]:
    return tuple(int(part) for part in color.split(";")[1:])


def test_half_blocks_carry_every_pixel() -> None:
    image = picture(30, 20)
    rows = [cells(row) for row in sgr_rows(half_blocks(image, 30, 10))]
    for y, row in enumerate(rows):
        assert len(row) == 30
        for x, (character, fore, back) in enumerate(row):
            upper = rgb(back) if character == " " else rgb(fore)
            assert (upper, rgb(back)) == (image.getpixel((x, 2 * y)), image.getpixel((x, 2 * y + 1)))


@pytest.mark.parametrize("depth", [Depth.INDEXED_256, Depth.INDEXED_64, Depth.INDEXED_16])
def test_fewer_colours_are_fewer_bytes_and_leave_the_persons_own_sixteen_alone(depth: Depth) -> None:
    rows = sgr_rows(half_blocks(picture(), 60, 20, depth))
    full = sgr_rows(half_blocks(picture(), 60, 20))
    assert sum(map(len, rows)) < sum(map(len, full)) / 2
    named = {color for row in rows for _, *colors in cells(row) for color in colors if ";" in color}
    used = {int(color.split(";")[1]) for color in named}
    assert min(used) >= 16
    assert len(used) <= depth


def test_quadrants_draw_an_edge_inside_a_cell() -> None:
    image = Image.new("RGB", (4, 4), (0, 0, 0))
    image.paste((255, 255, 255), (0, 0, 1, 4))
    rows = [cells(row) for row in sgr_rows(quadrants(image, 2, 2))]
    assert rows[0][0] == ("▌", "2;255;255;255", "2;0;0;0")
    assert rows[0][1][2] == "2;0;0;0"


def test_plain_characters_say_nothing_but_light_and_dark() -> None:
    rows = sgr_rows(ascii_art(picture(), 20, 10))
    assert len(rows) == 10
    assert all(re.fullmatch(r"[ .:\-=+*#%@]{20}\x1b\[0m", row) for row in rows)


@pytest.mark.parametrize(("size", "colors"), [((60, 40), 256), ((61, 43), 64), ((7, 5), 16), ((1, 1), 2)])
def test_sixels_paint_the_quantised_picture(size: tuple[int, int], colors: int) -> None:
    image = picture(*size)
    painted = decode_sixel(sixels(image, colors))
    quantised = image.quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    difference = ImageChops.difference(painted, quantised).convert("L").histogram()
    assert sum(difference[3:]) == 0, "sixel colours are percentages"


def test_kitty_gets_a_picture_in_small_commands_and_its_place() -> None:
    image, image_id = picture(300, 200), kitty.new_image_id()
    commands = kitty.transmission(image_id, kitty.png(image), 30, 10)
    memory = KittyMemory().feed(b"".join(commands))
    assert ImageChops.difference(memory.picture(image_id).convert("RGB"), image).getbbox() is None
    assert memory.placements == {image_id: (30, 10)}
    assert KittyMemory().feed(b"".join(commands) + kitty.release(image_id)).images == {}


def test_each_command_is_wrapped_for_tmux() -> None:
    image_id = kitty.new_image_id()
    plain = kitty.transmission(image_id, b"x" * 9000, 3, 2)
    wrapped = kitty.transmission(image_id, b"x" * 9000, 3, 2, tmux=True)
    assert [unwrapped(command) for command in wrapped] == plain
    assert all(command.startswith(b"\x1bPtmux;\x1b\x1b_G") for command in wrapped)


def test_the_marks_are_those_of_the_protocol() -> None:
    assert [ord(mark) for mark in kitty.MARKS] == list(_NUMBER_TO_DIACRITIC)


def test_image_ids_survive_a_terminal_of_256_colours() -> None:
    for _ in range(200):
        image_id = kitty.new_image_id()
        assert image_id & 0x00FFFF00 == 0
        assert kitty.color_index(image_id) >= 16
        assert image_id >> 24 > 0


def test_a_cut_row_of_placeholders_keeps_its_marks_together() -> None:
    image_id = kitty.new_image_id()
    text = kitty.placeholder_row(image_id, 3, 40)
    row = TextRow(((text, kitty.color_index(image_id), DEFAULT_COLOR),), text, Depth.INDEXED_256)
    strip = MosaicStrip(row, (5, 5), Style(), 50, lambda: None)
    part = strip.crop(10, 20)
    assert part.cell_length == 10
    assert part.text == text[5 * 4 : 15 * 4]
    console = Console(force_terminal=True, color_system="truecolor")
    assert f"38;5;{kitty.color_index(image_id)}" in part.render(console)


def test_iterm2_gets_a_jpeg_with_its_cells() -> None:
    command = iterm2.inline(iterm2.jpeg(picture(), 60), 30, 10)
    head, _, text = command.removesuffix(b"\x07").partition(b":")
    assert b"width=30;height=10" in head
    data = standard_b64decode(text)
    assert b"size=%d" % len(data) in head
    assert Image.open(BytesIO(data)).size == (60, 40)


def test_a_strip_tells_when_it_is_written_and_not_when_it_is_looked_at() -> None:
    mosaic = half_blocks(picture(20, 2), 20, 1)
    row = TextRow(mosaic.rows[0], sgr_rows(mosaic)[0], Depth.TRUE)
    written: list[int] = []
    strip = MosaicStrip(row, (2, 3), Style(), 25, lambda: written.append(1))
    console = Console(force_terminal=True, color_system="truecolor")
    assert (strip.cell_length, len(list(strip)) > 1) == (25, True)
    assert not written
    parts = "".join(part.render(console) for part in strip.divide([9, 25]))
    assert cells(strip.render(console))[2:22] == cells(parts)[2:22]
    assert len(written) == 3
    assert strip.crop(0, 0).render(console) == ""
    assert len(written) == 3, "nothing was written over it"
