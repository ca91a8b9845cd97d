"""Makes the pictures of the README from real runs of the studio on the embedded engine.

    python screenshots/make.py [NAME...]

Needs Debian's xvfb, xterm, xdotool, imagemagick, fonts-dejavu-core, and tmux for the one in tmux.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from terminal import Terminal, missing_programs  # noqa: E402 - a sibling of this script

Scene = Callable[[Terminal, Path], None]


def generate(terminal: Terminal, prompt: str, seconds: float) -> None:
    terminal.key("Escape", "Home", "ctrl+k")
    terminal.type(prompt)
    terminal.key("ctrl+g")
    time.sleep(seconds)


def choose(terminal: Terminal, what: str) -> None:
    terminal.key("ctrl+p")
    time.sleep(0.8)
    terminal.type(what)
    time.sleep(0.8)
    terminal.key("Return")
    time.sleep(1.5)


def studio(terminal: Terminal, home: Path) -> None:
    del home
    generate(terminal, "a red fox in fresh snow, sunset, mountains", 2.2)
    terminal.shot(HERE / "progress.png")
    time.sleep(4)
    terminal.shot(HERE / "studio.png")


def image_to_image(terminal: Terminal, home: Path) -> None:
    source = painted(home, "source.png")
    choose(terminal, "workflow: image to image")
    pick(terminal, source, HERE / "picker.png")
    generate(terminal, "a lighthouse on a cliff at night, storm", 7)
    terminal.shot(HERE / "img2img.png")


def inpaint(terminal: Terminal, home: Path) -> None:
    source, hole = painted(home, "source.png"), home / "mask.png"
    mask = Image.new("L", (512, 512))
    ImageDraw.Draw(mask).ellipse((150, 210, 370, 470), fill=255)
    mask.save(hole)
    choose(terminal, "workflow: inpaint")
    pick(terminal, source)
    terminal.key("Down")
    pick(terminal, hole)
    generate(terminal, "an owl", 7)
    terminal.shot(HERE / "inpaint.png")


def canny(terminal: Terminal, home: Path) -> None:
    choose(terminal, "workflow: edges")
    pick(terminal, painted(home, "source.png"))
    generate(terminal, "a blue fox in the city at night", 7)
    terminal.shot(HERE / "canny.png")


def small(terminal: Terminal, home: Path) -> None:
    del home
    generate(terminal, "a castle by the lake, dawn", 7)
    terminal.shot(HERE / "small.png")


def settings(terminal: Terminal, home: Path) -> None:
    del home
    terminal.key("F6")
    time.sleep(1)
    terminal.shot(HERE / "settings.png")


SUBJECTS = (
    "a red fox in fresh snow, sunset",
    "a lighthouse on a cliff at night, storm",
    "a castle by the lake, dawn",
    "an astronaut in the desert, morning",
    "a balloon over mountains, golden hour",
    "a deer in the forest, fog",
    "a whale in the sea at night, aurora",
    "a wolf in fresh snow, sunset",
)


def contact(terminal: Terminal, home: Path) -> None:
    del home
    for subject in SUBJECTS:
        generate(terminal, subject, 0.5)
    time.sleep(5 * len(SUBJECTS))
    terminal.key("F4")
    time.sleep(1.5)
    terminal.key("t")
    time.sleep(3)
    terminal.key("Right")
    time.sleep(2)
    terminal.shot(HERE / "contact.png")


def compare(terminal: Terminal, home: Path) -> None:
    del home
    for subject in (SUBJECTS[0], SUBJECTS[-1]):
        generate(terminal, subject, 6)
    terminal.key("F4")
    time.sleep(1.5)
    terminal.key("c")
    time.sleep(2)
    terminal.shot(HERE / "compare.png")


def jobs(terminal: Terminal, home: Path) -> None:
    del home
    for prompt in SUBJECTS[:7]:
        generate(terminal, prompt, 0.2)
    time.sleep(3)
    terminal.key("F3", "Down", "Down", "Down", "K")
    time.sleep(1.5)
    terminal.shot(HERE / "jobs.png")


def painted(home: Path, name: str) -> Path:
    """A picture to start from, made by the command line."""
    path = home / name
    command = [
        sys.executable,
        "-m",
        "tui",
        "generate",
        "a red fox in a meadow, morning",
        "--demo",
        "--seed",
        "11",
    ]
    subprocess.run(
        [*command, "-o", str(path)],
        check=True,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env={**os.environ, "LATENTUI_HOME": str(home)},
    )
    return path


def pick(terminal: Terminal, path: Path, shot: Path | None = None) -> None:
    """Choose a file in the picker by its typed path."""
    terminal.key("ctrl+o")
    time.sleep(1)
    terminal.key("slash", "ctrl+u")
    terminal.type(str(path))
    time.sleep(1.5)
    if shot is not None:
        terminal.shot(shot)
    terminal.key("Return")
    time.sleep(1)


SCENES: dict[str, tuple[str, Scene]] = {
    "studio": ("120x40", studio),
    "img2img": ("120x40", image_to_image),
    "inpaint": ("120x40", inpaint),
    "canny": ("120x40", canny),
    "small": ("80x24", small),
    "settings": ("120x40", settings),
    "contact": ("120x40", contact),
    "compare": ("120x40", compare),
    "jobs": ("120x40", jobs),
}


def main() -> None:
    if absent := missing_programs():
        sys.exit(f"Install first: {', '.join(absent)}")
    wanted = sys.argv[1:] or list(SCENES)
    for name in wanted:
        size, scene = SCENES[name]
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "tui", "--demo"]
            with Terminal(command, size, {"LATENTUI_HOME": home}) as terminal:
                time.sleep(5)
                scene(terminal, Path(home))
        print(name)


if __name__ == "__main__":
    main()
