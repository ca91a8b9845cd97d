"""The studio's writing partner on a real llama.cpp server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.llama_server import LlamaServer, llama_server, until_idle
from tests.support.studio import Studio
from tests.ui.test_partner import back, open_partner, prompt_of
from tui.demo.server import EmbeddedEngine
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.ui.app import LatentuiApp
from tui.ui.widgets.proposal import Proposal


@asynccontextmanager
async def partnered(folder: Path, *, is_slow: bool = False) -> AsyncGenerator[tuple[Studio, LlamaServer]]:
    """A studio on the embedded engine, with a language server beside it."""
    async with EmbeddedEngine(step_delay=0.0) as engine, llama_server(folder, is_slow=is_slow) as partner:

        @asynccontextmanager
        async def opened() -> AsyncGenerator[Services]:
            async with open_services() as services:
                services.connections.add(
                    ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
                )
                await services.settings.put_server(partner.settings)
                yield services

        app = LatentuiApp(opened)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            studio = Studio(app, pilot)
            await studio.until(lambda: studio.is_ready, 30)
            yield studio, partner


def proposed(studio: Studio) -> str:
    """What is written so far."""
    return studio.app.screen.query_one(Proposal).chosen


async def test_a_prompt_is_expanded_and_the_expansion_undone(tmp_path: Path) -> None:
    async with partnered(tmp_path) as (studio, _):
        await open_partner(studio, "a fox (snow:1.3)")
        await studio.press("enter")
        await studio.until_text("takes it")
        proposal = proposed(studio)
        await studio.press("enter")
        await back(studio)
        assert studio.prompt.text == proposal
        assert "(snow:1.3)" in proposal
        await studio.press("ctrl+z")
        assert studio.prompt.text == "a fox (snow:1.3)"


async def test_a_server_killed_while_it_writes_leaves_the_prompt_as_it_was(tmp_path: Path) -> None:
    async with partnered(tmp_path, is_slow=True) as (studio, partner):
        await open_partner(studio)
        await studio.press("enter")
        await studio.until(lambda: len(proposed(studio)) > 20)
        await partner.kill()
        await studio.until_text("broke off in the")
        await studio.press("enter")
        assert prompt_of(studio) == "a fox"
        await studio.press("escape")
        await back(studio)
        assert studio.prompt.text == "a fox"


async def test_escape_frees_the_server(tmp_path: Path) -> None:
    async with partnered(tmp_path, is_slow=True) as (studio, partner):
        await open_partner(studio)
        await studio.press("enter")
        await studio.until(lambda: len(proposed(studio)) > 20)
        assert await partner.busy_slots() == 1
        await studio.press("escape")
        await back(studio)
        await until_idle(partner)
        assert studio.prompt.text == "a fox"
