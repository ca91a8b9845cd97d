"""The studio, driven by keys at the sizes people have."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tests.support.studio import SIZES, Studio, open_studio, picture_file
from tui.domain.errors import LatentuiError, ServerUnreachableError
from tui.domain.forms import ChoiceField
from tui.domain.job import JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.server import Connection, ConnectionState
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services
from tui.ui.app import LatentuiApp
from tui.ui.screens.question import Question
from tui.ui.screens.studio import StudioScreen
from tui.ui.screens.text_sheet import TextSheet
from tui.ui.widgets.picture_pane import PicturePane


@pytest.mark.parametrize("size", SIZES)
async def test_a_prompt_becomes_a_job(tmp_path: Path, size: tuple[int, int]) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services, size) as studio:
        await studio.type("a red fox")
        await studio.press("ctrl+g")
        await studio.until_text("next on gpu-box")
        assert services.generation.jobs[0].request.prompt == "a red fox"
        assert services.workflows.asked[0]["steps"] == 20


@pytest.mark.parametrize("size", SIZES)
async def test_progress_preview_and_picture_are_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services, size) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        job = replace(
            services.generation.jobs[0],
            status=JobStatus.IN_PROGRESS,
            started_at=time.time() - 4.1,
            step=14,
            total=20,
            rate=3.4,
            seconds_left=2.0,
        )
        services.generation.put(job)
        await studio.until_text("14/20")
        assert "3.4 it/s" in studio.text
        assert "2.0 s left" in studio.text
        path = picture_file(tmp_path / "pictures" / "fox_00012.png")
        services.generation.preview(job, path.read_bytes())
        services.generation.finish(job, path)
        pane = studio.app.screen.query_one(PicturePane)
        await studio.until(lambda: "4.1 s" in pane.caption)
        assert pane.caption == "fox_00012.png · 512×512 · seed 471 · 4.1 s"
        await studio.until_text("1 picture in 4.1 s")


async def test_in_a_narrow_terminal_one_key_swaps_form_and_picture(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected()), (80, 24)) as studio:
        assert "Checkpoint" in studio.text
        await studio.press("ctrl+t")
        await studio.until_text("Say what you want to see")
        assert "Checkpoint" not in studio.text
        await studio.press("ctrl+t")
        await studio.until_text("Checkpoint")
        assert studio.prompt.has_focus


async def test_a_second_request_queues_while_the_first_runs(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: len(services.generation.jobs) == 1)
        services.generation.put(replace(services.generation.jobs[0], status=JobStatus.IN_PROGRESS))
        await studio.press("ctrl+g")
        await studio.until(lambda: len(services.generation.jobs) == 2)
        await studio.until_text("▶ 1  ◷ 1")


async def test_an_empty_prompt_is_told_and_nothing_is_sent(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.press("ctrl+g")
        await studio.until_text("There is no prompt. Say what you want to see.")
        assert services.generation.jobs == ()


async def test_a_failure_is_a_line_and_a_notice_and_in_full_a_key_away(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        services.generation.put(
            replace(
                services.generation.jobs[0],
                status=JobStatus.FAILED,
                error_title="CLIP [b]ran out[/b] of memory.",
                error_advice="Make the picture smaller.",
            )
        )
        await studio.until_text("✗  a fox")
        await studio.until_text("CLIP [b]ran out[/b] of memory. Make the picture")
        await studio.press("f8")
        await studio.until(lambda: isinstance(studio.app.screen, TextSheet))
        assert "Make the picture smaller." in studio.text


async def test_a_young_job_is_cancelled_at_once_an_old_one_after_a_question(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        young = services.generation.jobs[0]
        await studio.press("ctrl+x")
        await studio.until(lambda: services.generation.cancelled == [young.id])
        await studio.press("ctrl+g")
        await studio.until(lambda: len(services.generation.jobs) == 2)
        old = replace(services.generation.jobs[0], status=JobStatus.IN_PROGRESS, started_at=time.time() - 60)
        services.generation.put(old)
        await studio.until_text("▶ 1")
        await studio.press("ctrl+x")
        await studio.until(lambda: isinstance(studio.app.screen, Question))
        await studio.press("escape")
        assert services.generation.cancelled == [young.id]
        await studio.press("ctrl+x")
        await studio.until(lambda: isinstance(studio.app.screen, Question))
        await studio.press("y")
        await studio.until(lambda: services.generation.cancelled == [young.id, old.id])


async def test_escape_destroys_nothing(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        await studio.press("escape", "escape")
        assert services.generation.cancelled == []
        assert studio.prompt.text == "a fox"


async def test_the_seed_goes_from_random_to_the_last_one_and_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until_text("last 471")
        await studio.press("ctrl+r")
        await studio.until(lambda: studio.session.draft.values["seed"] == 471)
        await studio.press("ctrl+g")
        await studio.until(lambda: len(services.workflows.asked) == 2)
        assert services.workflows.asked[1]["seed"] == 471
        await studio.press("ctrl+r")
        assert studio.session.draft.values["seed"] is None


async def test_words_are_weighed_and_earlier_prompts_come_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"recent_prompts": ["a hare", "an owl"]})
    async with open_studio(services) as studio:
        await studio.press("alt+up")
        assert studio.prompt.text == "a hare"
        await studio.press("alt+up")
        assert studio.prompt.text == "an owl"
        await studio.press("alt+down", "alt+down")
        assert studio.prompt.text == ""
        await studio.type("red fox")
        await studio.press("home", "alt+up", "alt+up")
        assert studio.prompt.text == "(red:1.2) fox"
        await studio.press("alt+down", "alt+down")
        assert studio.prompt.text == "red fox"


async def test_everything_is_back_after_a_restart(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected("one"), connected("two"))
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.app.choose("server", "two")
        await studio.app.choose("workflow", "img2img_default")
        await studio.until(lambda: studio.form.row("denoise"))
        row = await studio.focus("steps")
        await studio.press("up")
        assert row.value == 21
    again = fake_services(tmp_path, connected("one"), connected("two"), state=services.state.stored)
    async with open_studio(again) as studio:
        assert studio.prompt.text == "a fox"
        assert studio.session.draft.server == "two"
        assert studio.form.row("denoise") is not None
        assert studio.row("steps").value == 21


async def test_what_is_typed_before_the_services_are_open_stays(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"values": {"prompt": "an old one"}})
    async with open_studio(services) as studio:
        assert studio.prompt.text == "an old one"


async def test_with_nothing_set_up_the_embedded_engine_is_there(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.connections.found = (
        ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url="http://127.0.0.1:8188", is_enabled=True),
    )
    async with open_studio(services) as studio:
        assert services.engine.is_running
        await studio.until_text("on embedded engine, procedural pictures")
        await studio.until_text("ComfyUI answers at http://127.0.0.1:8188.")
        await studio.press("ctrl+n")
        await studio.until(lambda: services.settings.current.server("comfyui"))
        await studio.until(lambda: "answers at" not in studio.text)


async def test_a_silent_server_is_told_and_its_form_comes_when_it_is_back(tmp_path: Path) -> None:
    silent = Connection(
        server="gpu-box",
        kind="comfyui",
        state=ConnectionState.UNREACHABLE,
        error_title="gpu-box refused the connection.",
    )
    services = fake_services(tmp_path, silent)
    services.workflows.error = ServerUnreachableError("gpu-box refused the connection.", "Is it running?")
    app = LatentuiApp(services.factory)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        studio = Studio(app, pilot)
        await studio.until_text("Is it running?")
        await studio.until_text("○ gpu-box refused")
        services.workflows.error = None
        services.connections.tell(connected())
        await studio.until_text("Checkpoint")
        assert "● gpu-box 9 ms" in studio.text


async def test_a_picture_made_while_elsewhere_is_there_on_return(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        await studio.press("f3")
        await studio.until_text("Waiting: next on gpu-box")
        services.generation.finish(services.generation.jobs[0], picture_file(tmp_path / "fox_00001.png"))
        await studio.until_text("Done on gpu-box")
        await studio.press("f2")
        await studio.until_text("fox_00001.png · 512×512 · seed 471 · 4.1 s")


async def test_the_last_picture_is_back_after_a_restart(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    job = await services.generation.submit("gpu-box", GenerationRequest(prompt="a fox", seed=3))
    services.generation.finish(job, picture_file(tmp_path / "fox_00001.png"))
    async with open_studio(services) as studio:
        await studio.until_text("fox_00001.png · 512×512 · seed 3")


async def test_keys_before_the_services_are_open_do_no_harm() -> None:
    @asynccontextmanager
    async def slow() -> AsyncGenerator[Services]:
        await asyncio.Event().wait()
        yield cast("Services", None)

    app = LatentuiApp(slow)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        studio = Studio(app, pilot)
        keys = "ctrl+g ctrl+o ctrl+r ctrl+x ctrl+t ctrl+t ctrl+f ctrl+n f1 escape f3 f4 f5 f6 space t a"
        for key in (*keys.split(), "escape", "f2"):
            await studio.press(key)
        await studio.press("ctrl+g")
        await studio.until_text("Not ready yet. Latentui is still starting.")


async def test_quitting_asks_where_pictures_would_be_lost(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        services.generation.at_risk = services.generation.jobs
        await studio.press("ctrl+q")
        await studio.until_text("1 job is on a server that keeps no pictures")
        await studio.press("n")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        assert studio.app.is_running


async def test_trouble_with_the_journal_is_told_at_the_start(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    services.generation.problem = LatentuiError("The journal was damaged.", "It was set aside.")
    async with open_studio(services) as studio:
        await studio.until_text("The journal was damaged. It was set aside.")


async def test_the_servers_lists_are_asked_for_anew(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        more = ChoiceField(name="sampler", label="Sampler", choices=("brand_new",), default="brand_new")
        services.workflows.forms["txt2img_default"] = replace(TEXT_TO_IMAGE, fields=(more,))
        await studio.press("alt+r")
        await studio.until_text("brand_new")
        assert services.catalog.forgotten == ["gpu-box"]
