"""Sparing repaints write what Textual's own would, and ask only what changed."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from rich.console import Console
from textual import screen
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Static

from tui.terminal import repaint
from tui.terminal.repaint import SparingCompositor


class Crowded(App[None]):
    """Columns, a list that is scrolled to its middle, a box that lies over both, and a foot."""

    CSS = """
    Screen { layers: below above; }
    Horizontal { height: 1fr; }
    #left { width: 1fr; border: round white; padding: 1; }
    #right { width: 1fr; }
    VerticalScroll { width: 1fr; }
    VerticalScroll Static { height: 3; border-bottom: solid white; }
    #box { layer: above; offset: 20 3; width: 40; height: 8; border: heavy white; }
    #foot { dock: bottom; height: 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static("the box", id="box")
        with Horizontal():
            yield Static("the left", id="left")
            with VerticalScroll():
                yield from (Static(f"entry {number}", classes="entry") for number in range(30))
            yield Static("the right", id="right")
        yield Static("the foot", id="foot")


@pytest.fixture
def sparing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens repaint sparingly in this test."""
    monkeypatch.setattr(screen, "Compositor", Compositor)  # so that it is put back
    repaint.install()


def compositor_of(app: App[None]) -> SparingCompositor:
    compositor = app.screen._compositor
    assert isinstance(compositor, SparingCompositor)
    return compositor


def written(update: ChopsUpdate | None) -> str:
    return update.render_segments(Console(force_terminal=True)) if update else ""


def changed_in_pairs(app: App[None]) -> Iterator[tuple[str, str]]:
    """What each of both compositors writes when two widgets changed at once."""
    compositor = compositor_of(app)
    entries = app.screen.query(".entry").results(Static)
    seen = [entry for entry in entries if entry in compositor.visible_widgets]
    assert 3 < len(seen) < 30
    named = [app.screen.query_one(f"#{name}", Static) for name in ("left", "right", "box", "foot")]
    for number, pair in enumerate(combinations([*named, *seen[::3]], 2)):
        for widget in pair:
            widget.update(f"change {number}", layout=False)
        compositor.update_widgets(set(pair))
        regions = set(compositor._dirty_regions)
        sparingly = written(compositor.render_partial_update())
        compositor._dirty_regions = regions
        yield sparingly, written(Compositor.render_partial_update(compositor))


@pytest.mark.usefixtures("sparing")
async def test_what_is_written_is_what_textual_would_write() -> None:
    app = Crowded()
    async with app.run_test(size=(100, 30)) as pilot:
        app.screen.query_one(VerticalScroll).scroll_to(y=10, animate=False)
        await pilot.pause()
        both = list(changed_in_pairs(app))
        assert sum("change" in plainly for _, plainly in both) > len(both) / 2
        for sparingly, plainly in both:
            assert sparingly == plainly


@pytest.mark.usefixtures("sparing")
async def test_what_lies_between_two_changes_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Crowded()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        asked: list[str | None] = []
        rows: list[int] = []
        plain = Static.render_lines

        def noted(widget: Static, crop: Region) -> list[Strip]:
            asked.append(widget.id)
            rows.append(crop.height)
            return plain(widget, crop)

        monkeypatch.setattr(Static, "render_lines", noted)
        foot, left = (app.screen.query_one(f"#{name}", Static) for name in ("foot", "left"))
        foot.refresh()
        left.refresh(Region(0, 1, 5, 1))
        compositor = compositor_of(app)
        compositor.update_widgets({foot, left})
        assert written(compositor.render_partial_update())
        assert set(asked) == {"foot", "left"}
        assert rows == [1, 1]
