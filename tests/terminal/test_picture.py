"""The picture widget in an application without a terminal: half blocks."""

from io import BytesIO

from PIL import Image
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.waiting import until
from tui.terminal.picture import Picture
from tui.terminal.profile import Colors, Graphics, TerminalProfile
from tui.terminal.textual_host import attach


class PictureApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Picture()


def png(image: Image.Image) -> bytes:
    target = BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


async def drawn(pilot: Pilot[None]) -> Picture:
    """The picture, once nothing is left to draw."""
    picture = pilot.app.query_one(Picture)
    for _ in range(500):
        await pilot.pause(0.01)
        if not picture.is_busy:
            return picture
    raise AssertionError("the picture was never drawn")


def screen_text(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


def colors_at(app: App[None], x: int, y: int) -> tuple[str, str]:
    style = app.screen.get_style_at(x, y)
    return str(style.color and style.color.name), str(style.bgcolor and style.bgcolor.name)


async def test_a_picture_fills_its_place_and_keeps_its_shape() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(png(Image.new("RGB", (64, 64), (255, 0, 0))))
        await drawn(pilot)
        assert colors_at(app, 20, 5)[1] == "#ff0000"
        assert colors_at(app, 10, 0)[1] == "#ff0000"
        assert colors_at(app, 9, 0)[1] != "#ff0000", "a square of 10 rows is 20 columns wide"
        assert colors_at(app, 30, 0)[1] != "#ff0000"


async def test_two_pixels_of_a_cell_have_their_own_colours() -> None:
    image = Image.new("RGB", (40, 20), (0, 0, 255))
    image.paste((0, 255, 0), (0, 0, 40, 9))
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(image)
        await drawn(pilot)
        assert colors_at(app, 5, 2)[1] == "#00ff00"
        assert colors_at(app, 5, 8)[1] == "#0000ff"


async def test_a_caption_takes_the_last_line() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(Image.new("RGB", (8, 8)), "fox.png\x1b]0;x\x07 [b]512[/b]")
        await drawn(pilot)
        assert screen_text(app)[9].strip() == "fox.png]0;x [b]512[/b]"


async def test_damaged_bytes_become_a_sentence() -> None:
    whole = png(Image.effect_noise((64, 64), 50))
    app = PictureApp()
    async with app.run_test(size=(60, 10)) as pilot:
        for data in (b"", b"not a picture", whole[: len(whole) // 2]):
            app.query_one(Picture).show(data)
            picture = await drawn(pilot)
            assert picture.sentence.startswith("The picture is")
            assert " ".join(" ".join(screen_text(app)).split()) == picture.sentence


async def test_a_picture_follows_its_place() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(Image.new("RGB", (64, 64), (255, 0, 0)))
        await drawn(pilot)
        await pilot.resize_terminal(80, 20)
        await drawn(pilot)
        assert colors_at(app, 20, 19)[1] == "#ff0000"


async def test_zoom_and_pan_show_a_part() -> None:
    image = Image.new("RGB", (400, 400), (255, 0, 0))
    image.paste((0, 0, 255), (200, 0, 400, 400))
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        picture = app.query_one(Picture)
        picture.show(image)
        await drawn(pilot)
        picture.zoom_in()
        await drawn(pilot)
        assert picture.zoom == 1.0
        assert (colors_at(app, 2, 5)[1], colors_at(app, 38, 5)[1]) == ("#ff0000", "#0000ff")
        picture.pan(10, 0)
        await drawn(pilot)
        assert colors_at(app, 2, 5)[1] == "#0000ff"
        picture.zoom_out()
        await drawn(pilot)
        assert picture.zoom == 0.0


async def test_the_last_of_many_frames_is_shown() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        picture = app.query_one(Picture)
        for level in range(50):
            picture.preview(png(Image.new("RGB", (32, 32), (level * 5, 0, 0))))
        await drawn(pilot)
        assert colors_at(app, 20, 5)[1] == "#f50000"


async def test_a_picture_can_be_taken_away_while_frames_come() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        for level in range(12):
            picture = Picture()
            await app.mount(picture)
            picture.preview(png(Image.new("RGB", (300, 300), (level, 0, 0))))
            await pilot.pause(0.005 * (level % 4))
            picture.preview(png(Image.new("RGB", (300, 300), (level, 9, 0))))
            await picture.remove()
        app.query_one(Picture).show(Image.new("RGB", (8, 8), (255, 0, 0)))
        # the others are still served, and have the place of the one that went
        await until(lambda: colors_at(app, 20, 5)[1] == "#ff0000")


async def test_what_was_cleared_while_it_was_drawn_is_not_shown() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        picture = app.query_one(Picture)
        picture.show(png(Image.effect_noise((2000, 2000), 50).convert("RGB")))
        await pilot.pause(0.01)
        picture.clear()
        await drawn(pilot)
        await pilot.pause(0.3)
        assert not "".join(screen_text(app)).strip()
        assert colors_at(app, 20, 5)[1] == colors_at(app, 1, 1)[1]


async def test_the_fault_of_an_earlier_picture_does_not_hide_a_later_one() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        picture = app.query_one(Picture)
        picture.show(png(Image.effect_noise((1000, 1000), 50))[:-400_000])
        await pilot.pause(0.005)
        picture.show(Image.new("RGB", (8, 8), (255, 0, 0)))
        await drawn(pilot)
        assert picture.sentence == ""
        assert colors_at(app, 20, 5)[1] == "#ff0000"


async def test_a_picture_in_a_hidden_tab_is_drawn_when_it_is_seen() -> None:
    app = PictureApp()
    async with app.run_test(size=(40, 10)) as pilot:
        picture = app.query_one(Picture)
        picture.display = False
        await pilot.pause()
        picture.show(Image.new("RGB", (8, 8), (255, 0, 0)))
        await pilot.pause(0.05)
        assert picture.is_busy
        picture.display = True
        await drawn(pilot)
        assert colors_at(app, 20, 5)[1] == "#ff0000"


async def test_pictures_can_be_switched_off() -> None:
    app = PictureApp()
    attach(app, TerminalProfile(graphics=Graphics.NONE))
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(Image.new("RGB", (8, 8), (255, 0, 0)), "fox.png")
        await drawn(pilot)
        assert "".join(screen_text(app)).split() == ["Pictures", "are", "switched", "off.", "fox.png"]


async def test_without_colours_a_picture_is_plain_characters() -> None:
    app = PictureApp()
    attach(app, TerminalProfile(colors=Colors.NONE))
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Picture).show(Image.linear_gradient("L"))
        await drawn(pilot)
        assert set("".join(screen_text(app))) <= set(" .:-=+*#%@")
        assert len(set("".join(screen_text(app)))) > 5
