"""What a real xterm shows, by its pixels; skipped where the programs for it are missing."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from screenshots.terminal import Terminal, missing_programs

pytestmark = pytest.mark.skipif(bool(missing_programs()), reason=f"needs {', '.join(missing_programs())}")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """The pictures program in an xterm of 80×24."""
    command = [sys.executable, "-m", "tests.terminal.picture_app", "20"]
    with Terminal(command, "80x24", {"PYTHONPATH": str(ROOT)}) as opened:
        yield opened


def red_dots(shot: Path) -> int:
    """Dots as red as the disc in the picture."""
    red, green, blue = Image.open(shot).convert("RGB").split()
    is_red = red.point([255 * (level > 200) for level in range(256)])
    is_dark = ImageChops.lighter(green, blue).point([255 * (level < 60) for level in range(256)])
    return ImageChops.darker(is_red, is_dark).histogram()[255]


def greys(shot: Path) -> int:
    """How many levels of grey are shown."""
    return sum(count > 20 for count in Image.open(shot).convert("L").histogram())


def shown(terminal: Terminal, shot: Path, key: str, *, picture: bool) -> bool:
    """Whether, when the key is pressed, the window comes to show the picture, or comes to show none."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        terminal.key(key)
        terminal.shot(shot)
        if (red_dots(shot) > 500) is picture:
            return True
        time.sleep(0.2)
    return False


def test_a_shown_picture_differs_from_an_empty_pane(terminal: Terminal, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    assert shown(terminal, shot, "x", picture=False)
    empty = greys(shot)
    assert shown(terminal, shot, "s", picture=True)
    assert greys(shot) > empty + 50, "blocks have no more than two greys a row"
    assert shown(terminal, shot, "b", picture=False), "broken data leaves pixels behind"
