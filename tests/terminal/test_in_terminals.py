"""What real terminals show, by the pixels of their windows; skipped where the programs for it are missing."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from screenshots.terminal import KINDS, Terminal, missing_programs

ROOT = Path(__file__).parent.parent.parent
SECONDS = 60.0
"""The longest wait for something to be seen."""
MANY = 2000
"""Dots of a disc in a picture that fills its place."""
SOME = 200
"""And in a small one."""
FINE = 60
"""Levels of grey that only pixels show; blocks have two for each row."""


def lit(shot: Path, channel: int) -> int:
    """Dots of pure red (0) or blue (2)."""
    parts = Image.open(shot).convert("RGB").split()
    others = [part for number, part in enumerate(parts) if number != channel]
    is_bright = parts[channel].point([255 * (level > 200) for level in range(256)])
    is_pure = ImageChops.lighter(*others).point([255 * (level < 60) for level in range(256)])
    return ImageChops.darker(is_bright, is_pure).histogram()[255]


def greys(shot: Path) -> int:
    """How many levels of grey are shown."""
    return sum(count > 20 for count in Image.open(shot).convert("L").histogram())


class Sight:
    """A terminal and the newest picture of its window."""

    def __init__(self, terminal: Terminal, shot: Path) -> None:
        self.terminal = terminal
        self.shot = shot

    @property
    def red(self) -> int:
        return lit(self.shot, 0)

    @property
    def blue(self) -> int:
        return lit(self.shot, 2)

    @property
    def greys(self) -> int:
        return greys(self.shot)

    def comes(self, is_so: Callable[["Sight"], bool], *keys: str) -> bool:
        """Whether, after some keys, the window comes to show it."""
        self.terminal.key(*keys)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self.terminal.shot(self.shot)
            if is_so(self):
                return True
            time.sleep(0.3)
        return False

    def __repr__(self) -> str:
        return f"red {self.red}, blue {self.blue}, greys {self.greys}"


@contextmanager
def seen(kind: str, folder: Path, *command: str, size: str = "100x30") -> Generator[Sight]:
    """A terminal of that kind with a program in it."""
    words = [sys.executable, "-m", *command]
    kind, _, tmux = kind.partition("-")
    with Terminal(words, size, {"PYTHONPATH": str(ROOT)}, kind=kind, tmux=tmux) as terminal:
        yield Sight(terminal, folder / "shot.png")


@pytest.fixture(params=(*KINDS, "kitty-tmux"))
def kind(request: pytest.FixtureRequest) -> str:
    """A terminal that is here."""
    if absent := missing_programs(request.param):
        pytest.skip(f"needs {', '.join(absent)}")
    return request.param


def test_a_shown_picture_differs_from_an_empty_pane(kind: str, tmp_path: Path) -> None:
    with seen(kind, tmp_path, "tests.terminal.picture_app", "20", size="80x24") as sight:
        assert sight.comes(lambda s: s.greys > 2 and s.red == 0), sight
        empty = sight.greys
        assert sight.comes(lambda s: s.red > 500, "s"), sight
        if kind != "plain":
            assert sight.comes(lambda s: s.greys > empty + 50), sight
        assert sight.comes(lambda s: s.red == 0, "b"), "broken data leaves pixels behind"


def test_a_preview_is_seen_while_a_job_runs(kind: str, tmp_path: Path) -> None:
    with seen(kind, tmp_path, "tests.terminal.studio_app", "running", str(tmp_path)) as sight:
        assert sight.comes(lambda s: s.red > MANY), sight


def test_result_comparison_and_contact_sheet_are_seen_and_leave_nothing(kind: str, tmp_path: Path) -> None:
    with seen(kind, tmp_path, "tests.terminal.studio_app", "done", str(tmp_path)) as sight:
        assert sight.comes(lambda s: s.red > MANY and s.blue == 0), sight
        if kind != "plain":
            assert sight.comes(lambda s: s.greys > FINE), sight
        result = sight.red

        assert sight.comes(lambda s: s.red > MANY and s.blue == 0, "F4"), sight
        assert sight.comes(lambda s: s.red > MANY and s.blue > MANY, "c"), sight
        assert sight.comes(lambda s: s.red > result / 2 and s.blue == 0, "space", "space"), "flipped"
        assert sight.comes(lambda s: s.red == 0 and s.blue > MANY, "space"), "flipped again"

        assert sight.comes(lambda s: s.red > MANY and s.blue == 0, "Escape"), "back at the results"
        assert sight.comes(lambda s: SOME < s.red < result and s.blue > SOME, "t"), "the contact sheet"
        assert sight.comes(lambda s: s.red > MANY and s.blue == 0, "Escape"), "back at the results"
        assert sight.comes(lambda s: s.red == s.blue == 0, "F3"), "pixels are left among the jobs"
