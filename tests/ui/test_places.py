"""The other places and what lies over them."""

import asyncio
import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import tui.ui
from tests.support.fake_services import FakeServices, connected, fake_services
from tests.support.studio import SIZES, Studio, open_studio, picture_file
from tui.domain.errors import SettingsError
from tui.domain.job import JobStatus
from tui.domain.request import GenerationRequest, PictureInput
from tui.domain.settings import Secret
from tui.ui.screens.file_picker import FilePicker
from tui.ui.screens.help import HelpSheet, KeyList
from tui.ui.screens.palette import PaletteSheet
from tui.ui.screens.server_sheet import ServerSheet
from tui.ui.screens.settings import SettingsScreen
from tui.ui.screens.studio import StudioScreen
from tui.ui.widgets.find_line import FindLine
from tui.ui.widgets.form import FormPanel
from tui.ui.widgets.jobs_pane import JobList
from tui.ui.widgets.picture_pane import PicturePane


async def with_jobs(services: FakeServices, folder: Path) -> None:
    """One job that is done, one that failed, one that waits."""
    generation = services.generation
    done = await generation.submit("gpu-box", GenerationRequest(prompt="a fox", seed=7, steps=33))
    generation.finish(done, picture_file(folder / "fox_00001.png"))
    failed = await generation.submit("gpu-box", GenerationRequest(prompt="a hare"))
    generation.put(
        replace(
            failed, status=JobStatus.FAILED, error_title="Out of memory.", error_advice="Make it smaller."
        )
    )
    await generation.submit("gpu-box", GenerationRequest(prompt="an owl"))


@pytest.mark.parametrize("size", SIZES)
async def test_every_place_is_a_key_away_and_keeps_its_state(tmp_path: Path, size: tuple[int, int]) -> None:
    services = fake_services(tmp_path, connected())
    await with_jobs(services, tmp_path)
    async with open_studio(services, size) as studio:
        await studio.type("half a sen")
        for key, words in (
            ("f3", "Out of memory."),
            ("f4", "fox_00001"),
            ("f5", "Image to image"),
            ("f6", "Servers"),
        ):
            await studio.press(key)
            await studio.until_text(words)
        await studio.press("f2")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        assert studio.prompt.text == "half a sen"


async def test_a_job_is_tried_again_from_the_jobs(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    await with_jobs(services, tmp_path)
    async with open_studio(services) as studio:
        await studio.press("f3")
        await studio.until_text("an owl")
        await studio.press("down")
        await studio.until_text("Make it smaller.")
        await studio.press("r")
        await studio.until(lambda: len(services.generation.jobs) == 4)
        assert services.generation.jobs[0].request.prompt == "a hare"


async def test_a_result_goes_back_into_the_form_with_its_seed(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    await with_jobs(services, tmp_path)
    async with open_studio(services) as studio:
        await studio.press("f4")
        await studio.until_text("fox_00001.png")
        pane = studio.app.screen.query_one(PicturePane)
        await studio.until(lambda: "seed 7" in pane.caption)
        await studio.press("u")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until(lambda: studio.row("steps").value == 33)
        assert studio.prompt.text == "a fox"
        assert studio.row("seed").value == 7


async def test_help_lists_every_named_key(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.settings.current = replace(services.settings.current, keys={"studio.generate": "f7"})
    async with open_studio(services) as studio:
        await studio.press("f1")
        await studio.until(lambda: isinstance(studio.app.screen, HelpSheet))
        await studio.until_text("studio.generate")
        assert "F7" in studio.text
        await studio.press("G")
        await studio.until_text("picker.hidden")
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))


async def test_a_key_can_be_remapped_by_its_id(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.settings.current = replace(services.settings.current, keys={"studio.generate": "f7"})
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.pilot.pause()
        assert services.generation.jobs == ()
        await studio.press("f7")
        await studio.until(lambda: services.generation.jobs)


def named_keys() -> set[str]:
    """The names of all bindings there are in the studio."""
    for module in pkgutil.walk_packages(tui.ui.__path__, "tui.ui."):
        importlib.import_module(module.name)
    classes = [DOMNode]
    for kind in classes:
        classes += [sub for sub in kind.__subclasses__() if sub not in classes]
    own = [kind for kind in classes if kind.__module__.startswith("tui.ui.")]
    bindings = [binding for kind in own for binding in vars(kind).get("BINDINGS", ())]
    return {binding.id for binding in bindings if isinstance(binding, Binding) and binding.id}


async def test_the_help_lists_every_key_that_has_a_name_once(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        await studio.press("f1")
        await studio.until_text("Everywhere")
        listed = [line.id for _, line in studio.app.screen.query_one(KeyList).items if line is not None]
        assert set(listed) == named_keys()
        assert len(listed) == len(set(listed))


async def palette(studio: Studio, typed: str) -> None:
    await studio.press("ctrl+p")
    await studio.until(lambda: isinstance(studio.app.screen, PaletteSheet))
    await studio.pilot.pause()
    await studio.type(typed)
    await studio.press("enter")


async def test_the_palette_reaches_actions_workflows_servers_and_prompts(tmp_path: Path) -> None:
    services = fake_services(
        tmp_path, connected("one"), connected("two"), state={"recent_prompts": ["an owl"]}
    )
    async with open_studio(services) as studio:
        await palette(studio, "image to")
        await studio.until(lambda: studio.session.draft.workflow == "img2img_default")
        await palette(studio, "server two")
        await studio.until(lambda: studio.session.draft.server == "two")
        await palette(studio, "an owl")
        await studio.until(lambda: studio.prompt.text == "an owl")
        await palette(studio, "text to image")
        await studio.until(lambda: studio.session.draft.workflow == "txt2img_default")
        await palette(studio, "generate")
        await studio.until(lambda: services.generation.jobs)


async def test_the_file_picker_works_by_keys_alone(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    fox = picture_file(folder / "fox.png")
    picture_file(folder / "sub" / "hare.png")
    (folder / "notes.txt").write_text("no picture")
    services = fake_services(
        tmp_path, connected(), state={"workflow": "img2img_default", "folder": str(folder)}
    )
    async with open_studio(services) as studio:
        await studio.press("ctrl+o")
        await studio.until(lambda: isinstance(studio.app.screen, FilePicker))
        await studio.until_text("fox.png")
        assert "notes.txt" not in studio.text
        await studio.press("t")
        await studio.until_text("notes.txt")
        await studio.press("enter")
        await studio.until_text("hare.png")
        await studio.press("h")
        await studio.until_text("fox.png")
        await studio.press("down")
        await studio.until_text("512×512  PNG")
        await studio.press("enter")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until_text("fox.png  512×512")
        assert studio.session.draft.values["init_image"] == PictureInput(str(fox))
        assert studio.session.draft.recent_folders[0] == str(folder)


async def test_a_path_is_typed_with_completion(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    fox = picture_file(folder / "fox.png")
    services = fake_services(
        tmp_path, connected(), state={"workflow": "img2img_default", "folder": str(tmp_path)}
    )
    async with open_studio(services) as studio:
        await studio.press("ctrl+o")
        await studio.until_text("pictures")
        await studio.press("slash")
        await studio.type("pic")
        await studio.until(lambda: "home" not in studio.text)
        await studio.press("tab")
        await studio.until_text("fox.png")
        await studio.type("fo")
        await studio.press("tab", "enter")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until(lambda: studio.row("init_image").value)
        assert studio.row("init_image").value == PictureInput(str(fox))


async def test_a_server_is_switched_changed_and_its_key_never_shown(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    server = replace(services.settings.current.servers[0], api_key=Secret("hunter2"))
    services.settings.current = replace(services.settings.current, servers=(server,))
    async with open_studio(services) as studio:
        await studio.press("f6")
        await studio.until_text("http://127.0.0.1:9")
        await studio.press("space")
        await studio.until(lambda: not services.settings.current.servers[0].is_enabled)
        await studio.press("enter")
        await studio.until(lambda: isinstance(studio.app.screen, ServerSheet))
        await studio.until_text("Address")
        assert "hunter2" not in studio.text
        await studio.until_text("is set; type to replace")
        await studio.press("tab", "tab", "end", "9", "ctrl+s")
        await studio.until(lambda: services.settings.current.servers[0].url == "http://127.0.0.1:99")
        assert services.settings.current.servers[0].api_key == Secret("hunter2")


async def test_a_server_without_a_sound_address_is_not_kept(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("f6")
        await studio.until_text("Servers")
        await studio.press("a")
        await studio.until(lambda: isinstance(studio.app.screen, ServerSheet))
        await studio.until_text("Address")
        await studio.press("ctrl+s")
        await studio.until_text("The server needs a name.")
        await studio.type("attic")
        await studio.press("ctrl+s")
        await studio.until(lambda: services.settings.current.server("attic"))


async def test_general_settings_are_written_when_typing_ends(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("f6")
        await studio.until_text("Sent ahead")
        await studio.press(*["tab"] * 5, "up")
        await studio.until(lambda: services.settings.current.queue_depth == 3)


async def test_a_setting_whose_write_is_interrupted_by_the_next_is_written_with_it(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("f6")
        screen = studio.app.screen
        assert isinstance(screen, SettingsScreen)
        change, begun = services.settings.change, asyncio.Event()

        async def stuck(**values: object) -> None:
            begun.set()
            await asyncio.Event().wait()

        services.settings.change = stuck
        screen.post_message(FormPanel.Edited("queue_depth", 3))
        await begun.wait()
        services.settings.change = change
        screen.post_message(FormPanel.Edited("name_pattern", "{seed}"))
        await studio.until(lambda: services.settings.current.name_pattern == "{seed}")
        assert services.settings.current.queue_depth == 3


async def test_a_broken_settings_file_is_told(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.settings.problem = SettingsError(
        "settings.toml, line 3: theme must be text.", "It was left alone."
    )
    async with open_studio(services) as studio:
        await studio.until_text("settings.toml, line 3")
        await studio.press("f6")
        await studio.until(lambda: studio.text.count("settings.toml, line 3") >= 1)


async def test_the_theme_turns_with_a_key_and_is_remembered(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("f9")
        await studio.until(lambda: services.settings.current.theme == "latentui-light")
        assert studio.app.theme == "latentui-light"


async def test_a_list_is_searched(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    await with_jobs(services, tmp_path)
    async with open_studio(services) as studio:
        await studio.press("f3")
        await studio.until_text("a hare")
        await studio.press("slash")
        await studio.until(lambda: list(studio.app.screen.query(FindLine)))
        await studio.pilot.pause()
        await studio.type("hare")
        await studio.until_text("Make it smaller.")
        await studio.press("enter")
        await studio.until(lambda: not list(studio.app.screen.query(FindLine)))
        jobs = studio.app.screen.query_one(JobList)
        await studio.until(lambda: jobs.has_focus)
        await studio.press("g", "n")
        assert jobs.current is not None
        assert jobs.current.request.prompt == "a hare"
