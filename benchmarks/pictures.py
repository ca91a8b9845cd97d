"""Bytes and CPU of a picture for each way of drawing it, beside textual-image, chafa, timg; and a slow line.

python benchmarks/pictures.py            one picture of 512×512 over 60×30 cells of 10×20 pixels
python benchmarks/pictures.py --line     live frames over a model of a line, ours and textual-image's widget
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

from PIL import Image
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.picture_apps import sample
from tests.support.pty_terminal import KITTY_ANSWERS, XTERM_ANSWERS, PtyTerminal
from tui.terminal.geometry import Viewpoint
from tui.terminal.ladder import LADDERS, SHARP, Rung
from tui.terminal.loading import load
from tui.terminal.profile import CellSize, Graphics, TerminalProfile
from tui.terminal.rendering import Order, render
from tui.terminal.scale import resized

AREA = (60, 30)
CELL = CellSize(width=10, height=20)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    name: str
    milliseconds: float
    size: int


def best(make: Callable[[], int], repeat: int) -> tuple[float, int]:
    """CPU milliseconds of the fastest run, and the bytes it made."""
    fastest, size = float("inf"), 0
    for _ in range(repeat):
        begun = time.process_time()
        size = make()
        fastest = min(fastest, time.process_time() - begun)
    return fastest * 1000, size


def our_rows(data: bytes, repeat: int) -> Iterator[Row]:
    """Every rung: decoding, scaling and encoding."""
    for form, rungs in LADDERS.items():
        profile = TerminalProfile(graphics=form, cell=CELL)
        for rung in dict.fromkeys((*rungs, SHARP[form])):
            if rung.form is form and form is not Graphics.NONE:
                order = Order(area=AREA, view=Viewpoint(), rung=rung, image_id=0x10000010)
                yield Row(_named(rung), *best(lambda: render(load(data), order, profile).size, repeat))  # noqa: B023


def _named(rung: Rung) -> str:
    words = [f"ours {rung.form}"]
    if rung.scale != 1:
        words.append(f"× {rung.scale}")
    if rung.quality:
        words.append(f"quality {rung.quality}")
    elif rung.colors:
        words.append("true colour" if rung.colors > 256 else f"{int(rung.colors)} colours")
    elif rung.form is Graphics.KITTY:
        words.append("true colour")
    return " ".join(words)


def textual_image_rows(data: bytes, repeat: int) -> Iterator[Row]:
    """What its renderables and encoders make of the same picture."""
    from textual_image._sixel import SixelOptions, image_to_sixels
    from textual_image.renderable.halfcell import Image as HalfCell

    def half() -> int:
        target = StringIO()
        console = Console(file=target, force_terminal=True, color_system="truecolor", width=AREA[0])
        console.print(HalfCell(Image.open(BytesIO(data)), width=AREA[0], height=AREA[1]))
        return len(target.getvalue())

    def full() -> Image.Image:
        return resized(load(data), (600, 600))

    def png() -> int:
        target = BytesIO()
        full().save(target, "PNG", compress_level=2)
        return len(target.getvalue()) * 4 // 3

    def sixel(colors: int) -> int:
        return len(image_to_sixels(full(), SixelOptions(colors=colors)))

    yield Row("textual-image half", *best(half, repeat))
    for colors in (256, 64, 16):
        yield Row(f"textual-image sixel {colors} colours", *best(partial(sixel, colors), repeat))
    yield Row("textual-image kitty (its PNG)", *best(png, repeat))


def tool_rows(path: Path, repeat: int) -> Iterator[Row]:
    """Whole processes of chafa and timg, where they are installed."""
    commands = {
        "chafa symbols": ["chafa", "-f", "symbols", "-c", "full", "--size", "60x30"],
        "chafa sixels": ["chafa", "-f", "sixels", "--size", "60x30"],
        "chafa kitty": ["chafa", "-f", "kitty", "--size", "60x30"],
        "timg half": ["timg", "-p", "half", "-g", "60x30"],
        "timg kitty": ["timg", "-p", "kitty", "-g", "60x30"],
    }
    for name, command in commands.items():
        if shutil.which(command[0]):
            yield Row(f"{name} (process)", *_process([*command, str(path)], repeat))


def _process(command: list[str], repeat: int) -> tuple[float, int]:
    fastest, size = float("inf"), 0
    for _ in range(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = len(subprocess.run(command, capture_output=True, check=False).stdout)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        fastest = min(fastest, used * 1000)
    return fastest, size


def one_picture(repeat: int) -> None:
    """Print the table of one picture."""
    target = BytesIO()
    sample().save(target, "JPEG", quality=90)
    data = target.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.jpg"
        path.write_bytes(data)
        rows = [*our_rows(data, repeat), *textual_image_rows(data, repeat), *tool_rows(path, repeat)]
    print("| form | CPU ms | KB |\n| --- | ---: | ---: |")
    for row in rows:
        print(f"| {row.name} | {row.milliseconds:.1f} | {row.size / 1000:.1f} |")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A model of a line, and what was asked of it."""

    rate: float
    round_trip: float
    seconds: float = 8.0
    frames: float = 10.0


_HALF_ANSWERS = {b"\x1b[c": b"\x1b[?1;2c", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
_TERMINALS: dict[str, tuple[Mapping[bytes, bytes], tuple[bytes, ...]]] = {
    "kitty": (KITTY_ANSWERS, (b"U=1",)),
    "half": (_HALF_ANSWERS, (b"\x1b[15;31H",)),
    "sixel": (XTERM_ANSWERS, (b"\x1b[15;31H", b"\x1bP0;")),
}
"""What the terminal answers, and what it is sent once a frame: the middle row as text, or a picture."""
_THEIR_MARKS = {"sixel": (b"\x1bP0;",)}


def on_the_line(line: Line) -> None:
    """Print the table of live frames."""
    print("| form | widget | frames/s | gap max, p99 ms | CPU | key p50, max ms | backlog s | exit s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, (answers, ours) in _TERMINALS.items():
        print(f"| {name} | ours | {_run(line, 'ours', answers, ours)} |", flush=True)
        marks = _THEIR_MARKS.get(name, ours)
        print(f"| {name} | textual-image | {_run(line, 'theirs', answers, marks)} |", flush=True)


def _run(line: Line, widget: str, answers: Mapping[bytes, bytes], marks: tuple[bytes, ...]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        program = str(Path(__file__).with_name("picture_apps.py"))
        command = [sys.executable, program, widget, str(line.seconds), str(line.frames), str(report)]
        root = str(Path(__file__).parent.parent)
        terminal = PtyTerminal(
            command,
            answers,
            delay=line.round_trip,
            size=(100, 36),
            rate=line.rate,
            environ={"PYTHONPATH": root},
        )
        terminal.run(until=b"\x1b[?1049h")
        terminal.run(seconds=2)
        terminal.most_waiting, before, begun = 0, _count(terminal, marks), time.monotonic()
        keys = [_echo(terminal, number) for number in range(int(line.seconds) - 2)]
        while not report.exists() and time.monotonic() - begun < line.seconds * 4:
            terminal.run(seconds=0.05)
        frames = (_count(terminal, marks) - before) / (time.monotonic() - begun)
        terminal.run(seconds=60)
        found = json.loads(report.read_text())
        left = time.monotonic() - found["ended"]
        terminal.close()
    keys.sort()
    return (
        f"{frames:.1f} | {found['gap_max'] * 1000:.0f}, {found['gap_p99'] * 1000:.1f} | {found['cpu']:.2f} |"
        f" {keys[len(keys) // 2] * 1000:.0f}, {keys[-1] * 1000:.0f} |"
        f" {terminal.most_waiting / line.rate:.2f} | {left:.1f}"
    )


def _count(terminal: PtyTerminal, marks: tuple[bytes, ...]) -> int:
    return sum(terminal.output.count(mark) for mark in marks)


def _echo(terminal: PtyTerminal, number: int) -> float:
    """Seconds from a key press to its letter, which nothing else writes; then the rest of the second."""
    key = "αβγδεζηθικλμνξοπ"[number].encode()
    begun, seen = time.monotonic(), len(terminal.output)
    terminal.type(key)
    while terminal.output.find(key, seen) < 0 and time.monotonic() - begun < 10:
        terminal.run(seconds=0.004)
    took = time.monotonic() - begun
    terminal.run(seconds=max(0.0, 1 - took))
    return took


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--line", action="store_true")
    parser.add_argument("--rate", type=float, default=125_000, help="bytes a second of the line")
    parser.add_argument("--round-trip", type=float, default=0.05)
    parser.add_argument("--frames", type=float, default=10.0, help="frames offered in a second")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    if options.line:
        on_the_line(replace(Line(rate=options.rate, round_trip=options.round_trip), frames=options.frames))
    else:
        one_picture(options.repeat)


if __name__ == "__main__":
    main()
