"""The studio on the real services and the embedded engine, over a real socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.studio import Studio, picture_file
from tui.demo.server import EmbeddedEngine
from tui.domain.job import JobStatus
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.ui.app import LatentuiApp
from tui.ui.screens.studio import StudioScreen
from tui.ui.widgets.picture_pane import PicturePane


@asynccontextmanager
async def engine_studio(step_delay: float = 0.0) -> AsyncGenerator[Studio]:
    """A studio whose only server is an engine in this process."""
    async with EmbeddedEngine(step_delay=step_delay) as engine:

        @asynccontextmanager
        async def opened() -> AsyncGenerator[Services]:
            async with open_services() as services:
                services.connections.add(
                    ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
                )
                yield services

        app = LatentuiApp(opened)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            studio = Studio(app, pilot)
            await studio.until(lambda: studio.is_ready, 30)
            yield studio


async def test_a_prompt_becomes_a_picture_on_disk_and_on_the_screen(own_home: Path) -> None:
    async with engine_studio() as studio:
        await studio.focus("steps")
        await studio.press("ctrl+u")
        await studio.type("3")
        await studio.press("escape")
        await studio.type("a red fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: studio.app.jobs and studio.app.jobs[0].status is JobStatus.COMPLETED, 30)
        path = Path(studio.app.jobs[0].outputs[0].path)
        assert path.is_file()
        assert own_home in path.parents
        pane = studio.app.screen.query_one(PicturePane)
        await studio.until(lambda: path.name in pane.caption)
        assert "512×512" in pane.caption
        await studio.until_text("1 picture in")


async def test_a_picture_of_ones_own_is_made_into_another(tmp_path: Path) -> None:
    fox = picture_file(tmp_path / "fox.png")
    async with engine_studio() as studio:
        await studio.type("a hare")
        await studio.app.choose("workflow", "img2img_default")
        await studio.until(lambda: studio.form.row("init_image"))
        studio.session.edit("steps", 3)
        await studio.press("ctrl+o")
        await studio.until_text("type a path")
        await studio.press("slash", "ctrl+u")
        await studio.type(str(fox))
        await studio.press("enter")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until_text("fox.png  64×64")
        await studio.press("ctrl+g")
        await studio.until(lambda: studio.app.jobs and studio.app.jobs[0].status is JobStatus.COMPLETED, 30)
        assert Path(studio.app.jobs[0].outputs[0].path).is_file()


async def test_a_job_is_cancelled_on_the_engine(tmp_path: Path) -> None:
    async with engine_studio(step_delay=0.5) as studio:
        await studio.type("a red fox")
        await studio.press("ctrl+g")
        await studio.until(lambda: studio.app.jobs and studio.app.jobs[0].status is JobStatus.IN_PROGRESS, 30)
        await studio.press("ctrl+x")
        await studio.until(lambda: studio.app.jobs[0].status is JobStatus.CANCELLED, 30)
        await studio.until_text("cancelled")
