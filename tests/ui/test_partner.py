"""The writing partner in the studio: a proposal is taken, discarded, or fails, and the prompt is safe."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fake_services import connected, fake_services
from tests.support.studio import SIZES, Studio, open_studio, picture_file
from tui.domain.errors import ServerUnreachableError
from tui.domain.job import JobStatus
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.prompts import PromptHelp
from tui.ui.screens.partner import PartnerSheet
from tui.ui.screens.studio import StudioScreen
from tui.ui.widgets.form import FormPanel
from tui.ui.widgets.picture_pane import PicturePane
from tui.ui.widgets.prompt import PromptArea

PROPOSAL = "a red fox in deep snow, soft light"


async def open_partner(studio: Studio, prompt: str = "a fox") -> None:
    """Type a prompt and ask for help with it."""
    await studio.type(prompt)
    await studio.press("ctrl+l")
    await studio.until(lambda: isinstance(studio.app.screen, PartnerSheet))
    await studio.pilot.pause()


def prompt_of(studio: Studio, name: str = "#prompt") -> str:
    """A text of the studio, whatever lies over it."""
    place = next(screen for screen in studio.app.screen_stack if isinstance(screen, StudioScreen))
    return place.query_one(name, PromptArea).text


async def back(studio: Studio) -> None:
    """Wait until the studio is in front."""
    await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
    await studio.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_one_key_takes_the_proposal_and_undo_restores(tmp_path: Path, size: tuple[int, int]) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services, size) as studio:
        await open_partner(studio)
        await studio.press("enter")
        await studio.until_text("takes it")
        assert "deep snow" in studio.text
        assert prompt_of(studio) == "a fox"
        await studio.press("enter")
        await back(studio)
        assert studio.prompt.text == PROPOSAL
        assert studio.session.draft.values["prompt"] == PROPOSAL
        await studio.press("ctrl+z")
        assert studio.prompt.text == "a fox"
    assert services.prompts.asked[0].help is PromptHelp.EXPAND


async def test_escape_discards_and_stops_the_server(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.gate.clear()
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press("enter")
        await studio.until_text("a red fox in deep")
        await studio.press("enter")  # what is not whole is not taken
        assert isinstance(studio.app.screen, PartnerSheet)
        await studio.press("escape")
        await back(studio)
        assert studio.prompt.text == "a fox"
        await studio.until(lambda: services.prompts.was_closed)


async def test_a_failure_is_said_and_can_be_tried_again(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.error = ServerUnreachableError(
        "lmstudio broke off in the middle.", "Nothing was changed."
    )
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press("enter")
        await studio.until_text("broke off in the middle.")
        await studio.press("enter")
        assert prompt_of(studio) == "a fox"
        services.prompts.error = None
        await studio.press("ctrl+l")
        await studio.until_text("takes it")
        await studio.press("enter")
        await back(studio)
        assert studio.prompt.text == PROPOSAL


async def test_nothing_moves_while_it_writes(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.proposals = ("a long word " * 80,)
    async with open_studio(services) as studio:
        await open_partner(studio)
        before = studio.app.screen.query_one(".panel").region
        await studio.press("enter")
        await studio.until_text("takes it")
        assert studio.app.screen.query_one(".panel").region == before
        place = studio.app.screen_stack[-2]
        assert before.y == place.query_one("#prompt-pane").region.bottom


async def test_the_wish_is_asked_before_rewriting(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press("down", "enter")
        await studio.until_text("how should it change?")
        await studio.type("at night")
        await studio.press("enter")
        await studio.until_text("takes it")
    asked = services.prompts.asked[0]
    assert (asked.help, asked.wish, asked.prompt) == (PromptHelp.REWRITE, "at night", "a fox")


async def test_one_of_several_variations_is_chosen(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.proposals = ("a fox at dawn", "a fox at night", "a fox in rain")
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press("down", "down", "enter")
        await studio.until_text("a fox in rain")
        await studio.press("down", "enter")
        await back(studio)
        assert studio.prompt.text == "a fox at night"


async def test_a_negative_prompt_goes_where_it_belongs(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.proposals = ("blurry, extra limbs",)
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press("down", "down", "down", "enter")
        await studio.until_text("takes it")
        await studio.press("enter")
        await back(studio)
        assert prompt_of(studio, "#negative") == "blurry, extra limbs"
        assert studio.prompt.text == "a fox"
        await studio.press("ctrl+z")
        assert prompt_of(studio, "#negative") == ""


async def test_the_picture_on_the_screen_is_described(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        job = replace(services.generation.jobs[0], status=JobStatus.IN_PROGRESS, started_at=1.0)
        services.generation.put(job)
        await studio.until(lambda: studio.app.jobs[0].status is JobStatus.IN_PROGRESS)
        await studio.pilot.pause()
        path = picture_file(tmp_path / "pictures" / "fox_00012.png")
        services.generation.finish(job, path)
        await studio.until(lambda: "fox_00012" in studio.app.screen.query_one(PicturePane).caption)
        await open_partner(studio, "")
        await studio.press(*["down"] * 4, "enter")
        await studio.until_text("takes it")
    asked = services.prompts.asked[0]
    assert (asked.help, asked.picture) == (PromptHelp.DESCRIBE, str(path))


async def test_a_picture_from_disk_is_picked_and_described(tmp_path: Path) -> None:
    path = picture_file(tmp_path / "owl.png")
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.press(*["down"] * 4, "enter")
        await studio.until_text("Picture to describe")
        await studio.press("slash", "ctrl+u")
        await studio.type(str(path))
        await studio.press("enter")
        await studio.until_text("takes it")
    assert services.prompts.asked[0].picture == str(path)


async def test_an_empty_prompt_can_only_be_described(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await open_partner(studio, "")
        assert "the prompt is empty" in studio.text
        await studio.press("enter")
        assert services.prompts.asked == []
        assert isinstance(studio.app.screen, PartnerSheet)


async def test_without_a_language_server_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.server = None
    async with open_studio(services) as studio:
        await open_partner(studio)
        await studio.until_text("No language server is switched on.")
        assert "F6" in studio.text
        await studio.press("escape")
        await back(studio)
        assert studio.prompt.text == "a fox"


async def test_sharing_the_memory_is_switched_on_in_the_settings(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("f6")
        await studio.until_text("Share memory")
        share = studio.app.screen.query_one(FormPanel).row("hand_over_memory")
        assert share is not None
        share.focus_editor()
        await studio.until(lambda: share.has_focus_within)
        await studio.press("space")
        await studio.until(lambda: services.settings.current.hand_over_memory)


async def test_a_language_server_that_was_found_is_named(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.prompts.server = None
    async with open_studio(services) as studio:
        studio.app.offers = (
            ServerSettings(name="lmstudio", kind=ServerKind.LMSTUDIO, url="http://127.0.0.1:1234"),
        )
        await open_partner(studio)
        await studio.until_text("One answers at http://127.0.0.1:1234.")
