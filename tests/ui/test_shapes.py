"""Terminals without unicode, and the size of things in every terminal."""

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.app import App

from tests.support.fake_services import connected, fake_services
from tests.support.studio import Studio
from tui.domain.job import JobStatus
from tui.domain.server import ConnectionState
from tui.ui.app import LatentuiApp
from tui.ui.glyphs import ASCII, UNICODE, Glyphs


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_state_has_a_shape_of_its_own_one_cell_wide(glyphs: Glyphs) -> None:
    jobs = [glyphs.job(status) for status in JobStatus]
    servers = [glyphs.connection(state) for state in ConnectionState]
    assert len(set(jobs)) == len(jobs)
    assert len(set(servers)) == len(servers)
    assert {cell_len(shape) for shape in (*jobs, *servers)} == {1}


async def test_without_unicode_the_whole_screen_is_plain(tmp_path: Path) -> None:
    app = LatentuiApp(fake_services(tmp_path, connected()).factory, glyphs=ASCII)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        studio = Studio(app, pilot)
        await studio.until_text("[v]")
        await studio.until_text("* gpu-box")
        await studio.press("ctrl+g")
        await studio.until_text("There is no prompt.")
        written = _written(app)
        assert written.isascii(), [character for character in written if not character.isascii()]


def _written(app: App[int]) -> str:
    """The screen behind the filters, as it goes to the terminal."""
    lines = app.screen._compositor.render_strips()
    filters = app.get_line_filters()
    background = app.screen.background_colors[1]
    return "".join(strip.apply_filter(item, background).text for strip in lines for item in filters)
