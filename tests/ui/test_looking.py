"""Looking at finished pictures: closer, beside each other, many at once; and taking them elsewhere."""

import asyncio
from dataclasses import replace
from pathlib import Path

from textual.app import App, ComposeResult

from tests.support.fake_services import FakeServices, connected, fake_services
from tests.support.studio import Studio, open_studio, picture_file
from tui.domain.job import Job, JobStatus, SavedOutput, new_job_id
from tui.domain.request import GenerationRequest, GraphPlan, Lora
from tui.terminal.answers import AnswerFilter
from tui.terminal.clipboard import copy_picture, takes_pictures
from tui.terminal.picture import Picture
from tui.terminal.profile import TerminalProfile
from tui.ui.finished import Result, differences, recipe
from tui.ui.looks import Look
from tui.ui.screens.compare import CompareScreen
from tui.ui.screens.contact import ContactScreen, Slot
from tui.ui.screens.results import ResultList, ResultsScreen
from tui.ui.theme import DARK
from tui.ui.widgets.picture_pane import PicturePane

COLORS = ("red", "green", "blue", "white", "black", "yellow")


def finished(folder: Path, number: int, count: int = 1, *, seed: int = 1) -> Job:
    """A job that made some pictures."""
    outputs = tuple(
        SavedOutput(
            path=str(picture_file(folder / f"p{number:03}_{index}.png", COLORS[number % len(COLORS)])),
            media_type="image/png",
            seed=seed + index,
        )
        for index in range(count)
    )
    return Job(
        id=new_job_id(),
        server="gpu-box",
        request=GenerationRequest(prompt=f"fox {number}", steps=20 + number, seed=seed),
        status=JobStatus.COMPLETED,
        created_at=float(number),
        started_at=float(number),
        ended_at=number + 4.0,
        outputs=outputs,
    )


def services_with(folder: Path, jobs: int, pictures: int = 1) -> FakeServices:
    services = fake_services(folder, connected())
    services.generation.jobs = tuple(finished(folder, number, pictures) for number in reversed(range(jobs)))
    return services


async def results(studio: Studio) -> ResultsScreen:
    await studio.press("f4")
    await studio.until(lambda: isinstance(studio.app.screen, ResultsScreen))
    screen = studio.app.screen
    assert isinstance(screen, ResultsScreen)
    await studio.until(lambda: screen.query_one(ResultList).items and screen.query_one(PicturePane).result)
    return screen


async def test_the_picture_is_zoomed_and_moved_by_keys_and_the_foot_says_so(tmp_path: Path) -> None:
    async with open_studio(services_with(tmp_path, 1)) as studio:
        screen = await results(studio)
        before = studio.text.splitlines()[-1]
        await studio.press("enter")
        await studio.until(lambda: "zoom" in studio.text.splitlines()[-1])
        picture = screen.query_one(Picture)
        await studio.until(lambda: picture.picture_size and not picture.is_busy)
        await studio.press("plus")
        assert picture.zoom == 2, "the whole of so small a picture is seen closer than 1"
        await studio.press("plus", "plus", "plus", "plus")
        assert picture.zoom == 8
        await studio.until(lambda: not picture.is_busy)
        middle = picture.view.x
        await studio.press("l")
        assert picture.view.x > middle
        await studio.press("0")
        assert picture.zoom == 0
        await studio.press("shift+tab")
        await studio.until(lambda: studio.text.splitlines()[-1] == before)


async def test_two_results_are_compared_with_the_same_zoom_and_place(tmp_path: Path) -> None:
    async with open_studio(services_with(tmp_path, 3)) as studio:
        await results(studio)
        await studio.press("space", "down", "down", "c")
        await studio.until(lambda: isinstance(studio.app.screen, CompareScreen))
        await studio.until_text("steps 22")
        await studio.until_text("steps 20")
        left, right = studio.app.screen.query(Picture)
        await studio.until(lambda: left.picture_size and right.picture_size and not left.is_busy)
        await studio.press("plus", "plus", "plus", "plus", "plus", "plus")
        await studio.until(lambda: not left.is_busy)
        await studio.press("l", "j")
        assert left.view == right.view
        assert left.zoom == 8
        assert left.view.x > 0.5
        await studio.press("space")
        assert (left.display, studio.app.screen.query_one("#right").display) == (True, False)
        await studio.press("space")
        assert (studio.app.screen.query_one("#left").display, right.display) == (False, True)
        await studio.press("minus")
        assert left.view == right.view
        await studio.press("c")
        assert studio.app.screen.query_one("#left").display
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, ResultsScreen))


async def test_a_missing_file_is_said_in_its_half(tmp_path: Path) -> None:
    services = services_with(tmp_path, 2)
    Path(services.generation.jobs[1].outputs[0].path).unlink()
    async with open_studio(services) as studio:
        await results(studio)
        await studio.press("c")
        await studio.until(lambda: isinstance(studio.app.screen, CompareScreen))
        await studio.until_text("cannot be read")


async def test_only_the_thumbnails_in_view_are_read(tmp_path: Path) -> None:
    services = services_with(tmp_path, 60)
    async with open_studio(services) as studio:
        screen = await results(studio)
        await studio.press("t")
        await studio.until(lambda: isinstance(studio.app.screen, ContactScreen))
        slots = len(studio.app.screen.query(Slot))
        assert 4 <= slots < 30
        await studio.until(lambda: len(services.pictures.thumbnails) == slots)
        await studio.press("G")
        await studio.until(lambda: "p000_0.png" in services.pictures.thumbnails)
        assert len(services.pictures.thumbnails) <= 2 * slots
        await studio.press("enter")
        await studio.until(lambda: studio.app.screen is screen)
        await studio.until(lambda: screen.query_one(ResultList).cursor == 59)


async def test_a_contact_sheet_of_one_batch(tmp_path: Path) -> None:
    async with open_studio(services_with(tmp_path, 3, pictures=4)) as studio:
        await results(studio)
        await studio.press("t")
        await studio.until_text("1 of 12")
        await studio.press("right", "b")
        await studio.until_text("2 of 4 · this batch")
        await studio.press("space", "right", "c")
        await studio.until(lambda: isinstance(studio.app.screen, CompareScreen))
        await studio.until_text("seed 2")
        await studio.press("escape", "b")
        await studio.until_text("of 12 · all pictures")


async def test_a_damaged_picture_is_a_sentence_among_the_others(tmp_path: Path) -> None:
    services = services_with(tmp_path, 2)
    broken = replace(
        services.generation.jobs[0],
        outputs=(SavedOutput(path=str(tmp_path / "bad.png"), media_type="image/png"),),
    )
    services.generation.jobs = (broken, services.generation.jobs[1])
    async with open_studio(services) as studio:
        await studio.press("f4")
        await studio.until_text("bad.png")
        await studio.press("t")
        await studio.until_text("is not a picture")


async def test_the_sheet_follows_the_size_of_the_terminal(tmp_path: Path) -> None:
    async with open_studio(services_with(tmp_path, 30), size=(80, 24)) as studio:
        await studio.press("f4")
        await studio.until(lambda: isinstance(studio.app.screen, ResultsScreen))
        await studio.until(lambda: studio.app.screen.query_one(ResultList).items)
        await studio.press("t")
        await studio.until(lambda: isinstance(studio.app.screen, ContactScreen))
        await studio.until(lambda: len(studio.app.screen.query(Slot)) == 3)
        await studio.pilot.resize_terminal(200, 60)
        await studio.until(lambda: len(studio.app.screen.query(Slot)) == 28)


async def test_path_and_recipe_are_copied(tmp_path: Path) -> None:
    services = services_with(tmp_path, 1)
    async with open_studio(services) as studio:
        await results(studio)
        await studio.press("y")
        await studio.until(lambda: studio.app.clipboard.endswith("p000_0.png"))
        await studio.press("Y")
        await studio.until(lambda: studio.app.clipboard.startswith("fox 0\n"))
        await studio.press("C")
        await studio.until_text("takes no pictures")


def test_a_recipe_says_all_that_makes_the_picture_again(tmp_path: Path) -> None:
    job = finished(tmp_path, 1, 2, seed=7)
    request = replace(
        job.request,
        negative_prompt="blurry",
        loras=(Lora("ink", 0.5),),
        plan=GraphPlan(graph={"1": {"class_type": "KSampler", "inputs": {"seed": 7}}}),
    )
    text = recipe(Result(job.outputs[1], replace(job, request=request)))
    assert text.startswith("fox 1\nNegative prompt: blurry\n")
    for words in ("Seed: 8", "Steps: 21", "Loras: ink 0.5", "Workflow: txt2img_default", '"seed": 7'):
        assert words in text


def test_differences_name_only_what_differs(tmp_path: Path) -> None:
    one, other = finished(tmp_path, 1), finished(tmp_path, 2)
    assert differences(Result(one.outputs[0], one), Result(other.outputs[0], other)) == (
        "steps 21 · fox 1",
        "steps 22 · fox 2",
    )


def test_kitty_takes_a_picture_into_the_clipboard_in_pieces() -> None:
    kitty = TerminalProfile(name="kitty", version="0.41.1")
    assert takes_pictures(kitty)
    assert not takes_pictures(TerminalProfile(name="xterm", version="379"))
    commands = copy_picture(b"x" * 10_000, "image/png", kitty).split(b"\x1b\\")[:-1]
    assert commands[0] == b"\x1b]5522;type=write"
    assert commands[-1] == b"\x1b]5522;type=wdata"
    assert len(commands) == 5


def test_what_kitty_says_to_it_is_never_typed() -> None:
    assert AnswerFilter().feed("a\x1b]5522;type=write:status=DONE\x1b\\b") == ("ab", ())
    reading = AnswerFilter()
    assert reading.feed("a\x1b]5522;type=wri") == ("a", ())
    assert reading.feed("te:status=EPERM\x1b\\b") == ("b", ())


async def test_the_studio_shows_what_is_opened_from_the_sheet_of_its_batch(tmp_path: Path) -> None:
    async with open_studio(services_with(tmp_path, 2, pictures=3)) as studio:
        pane = studio.app.screen.query_one(PicturePane)
        await studio.until(lambda: pane.result)
        assert pane.result is not None
        assert pane.result.name == "p001_2.png"
        await studio.press("ctrl+t")
        await studio.until(lambda: pane.has_focus)
        await studio.press("t")
        await studio.until_text("3 of 3 · all pictures")
        await studio.press("left", "enter")
        await studio.until(lambda: pane.result and pane.result.name == "p001_1.png")


class PaneApp(App[None]):
    """A pane for a picture and nothing else."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DARK.variables)

    def compose(self) -> ComposeResult:
        yield PicturePane(id="pane")


async def test_a_picture_that_comes_before_its_widget_is_shown_with_it(tmp_path: Path) -> None:
    data = picture_file(tmp_path / "early.png", "red").read_bytes()
    app = PaneApp()
    async with app.run_test() as pilot:
        pane = app.query_one(PicturePane)
        pane.show(Look(caption="early", picture=data))
        await pane.open()
        picture = pane.picture
        assert picture is not None
        async with asyncio.timeout(20):
            while picture.picture_size is None:
                await pilot.pause(0.01)
        assert pane.has_class("-has-picture")
