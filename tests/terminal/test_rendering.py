"""Odd pictures through every way of drawing."""

from io import BytesIO

import pytest
from PIL import Image

from tests.support.graphics import KittyMemory, decode_sixel
from tui.domain.errors import PictureError
from tui.terminal.geometry import FIT, Viewpoint, place
from tui.terminal.ladder import LADDERS, SHARP, Ladder
from tui.terminal.loading import load
from tui.terminal.profile import CellSize, Colors, Graphics, TerminalProfile
from tui.terminal.rendering import Order, Rendering, render

CELL = CellSize(width=10, height=20)
FORMS = [form for form in Graphics if form is not Graphics.NONE]


def drawn(
    image: Image.Image, form: Graphics, area: tuple[int, int] = (40, 20), zoom: float = FIT
) -> Rendering:
    order = Order(area=area, view=Viewpoint(zoom=zoom), rung=SHARP[form], image_id=0x10000010)
    return render(load(image), order, TerminalProfile(graphics=form, cell=CELL))


def odd_pictures() -> dict[str, Image.Image]:
    transparent = Image.new("P", (40, 30), 3)
    transparent.info["transparency"] = 3
    return {
        "CMYK": Image.new("CMYK", (50, 40), (10, 200, 30, 0)),
        "I;16": Image.new("I;16", (50, 40), 40_000),
        "F": Image.new("F", (50, 40), 0.5),
        "1": Image.new("1", (50, 40), 1),
        "LA": Image.new("LA", (50, 40), (200, 100)),
        "RGBA": Image.new("RGBA", (50, 40), (255, 0, 0, 0)),
        "P": transparent,
        "a line across": Image.new("RGB", (4000, 1), (0, 255, 0)),
        "a line down": Image.new("RGB", (1, 4000), (0, 255, 0)),
        "one dot": Image.new("RGB", (1, 1), (0, 0, 255)),
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(odd_pictures()))
@pytest.mark.parametrize("zoom", [FIT, 1.0, 8.0])
def test_every_kind_and_shape_of_picture_is_drawn(form: Graphics, name: str, zoom: float) -> None:
    rendering = drawn(odd_pictures()[name], form, zoom=zoom)
    place = rendering.placement
    assert 1 <= place.columns <= 40
    assert 1 <= place.rows <= 20
    assert rendering.size > 0


def test_transparency_shows_grey() -> None:
    assert load(Image.new("RGBA", (2, 2), (255, 0, 0, 0))).getpixel((0, 0)) == (128, 128, 128)


def test_broken_bytes_are_an_error_in_words() -> None:
    target = BytesIO()
    Image.effect_noise((64, 64), 40).save(target, "PNG")
    for data in (b"", b"GIF89a", target.getvalue()[:200]):
        with pytest.raises(PictureError):
            load(data)


@pytest.mark.parametrize("area", [(1, 1), (2, 1), (300, 2), (3, 90)])
@pytest.mark.parametrize("form", FORMS)
def test_every_place_however_narrow_gets_something(form: Graphics, area: tuple[int, int]) -> None:
    assert drawn(Image.new("RGB", (64, 48), (9, 9, 9)), form, area).size > 0


@pytest.mark.parametrize("picture", [(512, 512), (1920, 1080), (300, 1200), (7, 5)])
@pytest.mark.parametrize("area", [(60, 30), (20, 30), (100, 10)])
def test_a_picture_keeps_its_shape(picture: tuple[int, int], area: tuple[int, int]) -> None:
    placement = place(picture, area, CELL, CELL.width)
    width, height = placement.columns * CELL.width, placement.rows * CELL.height
    assert placement.columns == area[0] or placement.rows == area[1]
    assert abs(width - height * picture[0] / picture[1]) <= CELL.width + CELL.height * picture[0] / picture[1]
    assert placement.crop == (0, 0, *picture)


def test_one_to_one_shows_as_many_pixels_as_there_are() -> None:
    placement = place((4000, 3000), (60, 30), CELL, CELL.width, Viewpoint(zoom=1.0))
    x0, y0, x1, y1 = placement.crop
    assert (x1 - x0, y1 - y0) == (600, 600)
    closer = place((4000, 3000), (60, 30), CELL, CELL.width, Viewpoint(zoom=4.0, x=0.0, y=1.0))
    assert closer.crop == (0, 3000 - 150, 150, 3000)


def test_sixel_slabs_together_are_the_whole_picture() -> None:
    order = Order(area=(40, 20), view=Viewpoint(), rung=SHARP[Graphics.SIXEL], portion=1)
    image = Image.radial_gradient("L").convert("RGB")
    rendering = render(image, order, TerminalProfile(graphics=Graphics.SIXEL, cell=CELL))
    assert len(rendering.pieces) > 1
    rows = [row for piece in rendering.pieces for row in piece.rows or ()]
    assert rows == list(range(rendering.placement.rows))
    heights = [decode_sixel(piece.data).height for piece in rendering.pieces]
    assert sum(heights) == rendering.placement.rows * CELL.height


def test_the_last_row_of_the_terminal_gets_no_sixel() -> None:
    order = Order(area=(40, 20), view=Viewpoint(), rung=SHARP[Graphics.SIXEL], is_at_bottom=True)
    rendering = render(Image.new("RGB", (9, 9)), order, TerminalProfile(graphics=Graphics.SIXEL, cell=CELL))
    assert [row for piece in rendering.pieces for row in piece.rows or ()] == list(range(19))


def test_kitty_gets_no_more_pixels_than_the_picture_has() -> None:
    rendering = drawn(Image.new("RGB", (64, 64)), Graphics.KITTY, (60, 30))
    memory = KittyMemory().feed(b"".join(piece.data for piece in rendering.pieces))
    assert max(memory.picture(0x10000010).size) == 64


@pytest.mark.parametrize("form", FORMS)
def test_the_ladder_goes_up_with_the_line(form: Graphics) -> None:
    ladder = Ladder(form)
    sizes = [10**power for power in range(1, 8)]
    chosen = [ladder.rungs.index(ladder.choose(1800, size)) for size in sizes]
    assert chosen == sorted(chosen)
    assert chosen[0] == 0
    assert chosen[-1] == len(ladder.rungs) - 1


def test_a_rung_is_not_left_for_a_hair() -> None:
    ladder = Ladder(Graphics.KITTY)
    upper = ladder.choose(1000, 33_000)
    lower = ladder.choose(1000, 31_000)
    assert upper is not lower
    assert ladder.choose(1000, 31_000, upper) is upper
    assert ladder.choose(1000, 33_000, lower) is lower


def test_guesses_are_corrected_by_what_is_seen() -> None:
    ladder = Ladder(Graphics.KITTY)
    rung = LADDERS[Graphics.KITTY][-1]
    assert ladder.choose(1000, 100_000) is not rung
    for _ in range(8):
        ladder.weigh(rung, 1000, 60_000)
    assert ladder.choose(1000, 100_000) is rung


def test_without_true_colour_there_are_indexed_ones() -> None:
    order = Order(area=(10, 5), view=Viewpoint(), rung=SHARP[Graphics.HALF])
    profile = TerminalProfile(graphics=Graphics.HALF, cell=CELL, colors=Colors.INDEXED_256)
    rows = render(Image.radial_gradient("L").convert("RGB"), order, profile).rows
    assert all("8;2;" not in row.ansi for row in rows)
