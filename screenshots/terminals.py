"""Makes the pictures in `terminals/`: preview, result, compare and contact sheet in every terminal there is.

    python screenshots/terminals.py [NAME...]

Names: xterm, kitty, plain (an xterm without sixel), and xterm-tmux and kitty-tmux, through tmux.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from terminal import Terminal, missing_programs  # noqa: E402 - a sibling of this script

NAMES = ("xterm", "xterm-tmux", "kitty", "kitty-tmux", "plain")
FOLDER = HERE / "terminals"
PROMPTS = (
    "a lighthouse on a cliff at night, storm",
    "a castle by the lake, dawn",
    "a deer in the forest, fog",
    "a wolf in fresh snow, sunset",
    "a red fox in fresh snow, sunset",
)


def show(terminal: Terminal, save: Callable[[str], None]) -> None:
    """Make some pictures and look at them in every way."""
    for prompt in PROMPTS:
        terminal.key("Escape", "Home", "ctrl+k")
        terminal.type(prompt)
        terminal.key("ctrl+g")
        time.sleep(2.5)
        if prompt == PROMPTS[-1]:
            save("preview")
        time.sleep(4.5)
    save("result")
    terminal.key("F4")
    time.sleep(2)
    terminal.key("c")
    time.sleep(3)
    save("compare")
    terminal.key("Escape", "t")
    time.sleep(3)
    terminal.key("Right")
    time.sleep(1)
    save("contact")


def run(name: str) -> None:
    """Take the pictures of one terminal."""
    kind, _, tmux = name.partition("-")

    def save(what: str) -> None:
        path = FOLDER / f"{name}-{what}.png"
        terminal.shot(path)
        # a quarter of the size, and the eye does not see it
        Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)

    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tui", "--demo"]
        with Terminal(command, "100x30", {"LATENTUI_HOME": home}, kind=kind, tmux=tmux) as terminal:
            time.sleep(6)
            show(terminal, save)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or NAMES:
        if absent := missing_programs(name):
            print(f"{name}: install first {', '.join(absent)}")
        else:
            run(name)
            print(name)


if __name__ == "__main__":
    main()
