"""The studio in a test: opened on fakes, driven by keys, read as text."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from textual.pilot import Pilot

from tests.support.fake_services import FakeServices
from tui.ui.app import LatentuiApp, StudioOptions
from tui.ui.screens.studio import StudioScreen
from tui.ui.session import Session
from tui.ui.widgets.fields.row import FieldRow
from tui.ui.widgets.form import FormPanel
from tui.ui.widgets.prompt import PromptArea

SIZES = ((80, 24), (120, 40), (200, 60))


@dataclass
class Studio:
    """A running studio and hands for its keyboard."""

    app: LatentuiApp
    pilot: Pilot[int]

    @property
    def session(self) -> Session:
        assert self.app.session is not None
        return self.app.session

    @property
    def is_ready(self) -> bool:
        """Whether the studio has its form."""
        screen = self.app.screen
        return isinstance(screen, StudioScreen) and screen.is_furnished and self.form.form is not None

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def prompt(self) -> PromptArea:
        return self.app.screen.query_one("#prompt", PromptArea)

    @property
    def form(self) -> FormPanel:
        return self.app.screen.query_one("#form", FormPanel)

    def row(self, name: str) -> FieldRow:
        row = self.form.row(name)
        assert row is not None, f"there is no field {name}"
        return row

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))

    async def focus(self, name: str) -> FieldRow:
        """Put the cursor into a field of the form."""
        row = self.row(name)
        row.focus_editor()
        await self.pilot.pause()
        return row

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something is so."""
        for _ in range(round(seconds / 0.01)):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came to pass; on the screen:\n{self.text}")

    async def until_text(self, words: str) -> None:
        """Wait until words stand on the screen."""
        await self.until(lambda: words in self.text)


@asynccontextmanager
async def open_studio(
    services: FakeServices, size: tuple[int, int] = (120, 40), options: StudioOptions | None = None
) -> AsyncGenerator[Studio]:
    """A studio whose form is there."""
    app = LatentuiApp(services.factory, options)
    async with app.run_test(size=size, notifications=True) as pilot:
        studio = Studio(app, pilot)
        await studio.until(lambda: studio.is_ready)
        await pilot.pause()
        yield studio


def picture_file(path: Path, color: str = "red") -> Path:
    """A small picture on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64), color).save(path)
    return path
