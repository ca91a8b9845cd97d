"""The whole way from the application to the terminal and back, seen from the terminal's side."""

import os
import re
import signal
import sys
from base64 import standard_b64decode
from collections.abc import Mapping
from io import BytesIO

import pytest
from PIL import Image

from tests.support.graphics import KittyMemory
from tests.support.pty_terminal import KITTY_ANSWERS, XTERM_ANSWERS, PtyTerminal

PATIENT, HASTY = 20.0, 0.5
"""Seconds in which a terminal answers: even on a busy machine; long before its answers are there."""
FRAME = b"a=t"
"""Begins every picture for kitty."""
SIXEL = b"\x1bP0;1;0q"
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"


def started(
    answers: Mapping[bytes, bytes],
    graphics: str,
    delay: float = 0.0,
    rate: float = float("inf"),
    patience: float = PATIENT,
) -> PtyTerminal:
    command = [sys.executable, "-m", "tests.terminal.picture_app", str(patience)]
    terminal = PtyTerminal(command, answers, delay=delay, rate=rate, size=(80, 24))
    assert terminal.run(until=f"GRAPHICS-{graphics}-END".encode()), terminal.output[-2000:]
    return terminal


def ended(terminal: PtyTerminal) -> int:
    """Quit and wait; the terminal must be left as it was."""
    terminal.type(b"q")
    assert terminal.run(), terminal.output[-500:]
    assert LEFT_ALTERNATE_SCREEN in terminal.output
    return terminal.close()


def play(terminal: PtyTerminal, frames: int, mark: bytes = FRAME) -> None:
    """Let frames run until so many have reached the terminal."""
    before = terminal.count(mark)
    terminal.type(b"p")
    assert terminal.run(until=lambda: terminal.count(mark) - before >= frames)


def halt(terminal: PtyTerminal) -> None:
    """Let no more frames come, and wait for the last."""
    terminal.type(b"h")
    assert terminal.run(until=b"PLAYED")


def test_kitty_frames_replace_each_other_and_are_freed() -> None:
    terminal = started(KITTY_ANSWERS, "kitty")
    play(terminal, 11)
    halt(terminal)
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    assert terminal.run(until=b"a=d,d=I"), "the last frame, when its cells are gone"
    assert len(KittyMemory().feed(terminal.output).images) == 1
    assert ended(terminal) == 0
    memory = KittyMemory().feed(terminal.output)
    assert memory.images == {}
    assert memory.transmitted > 10
    assert memory.most <= 2, "a sharp picture is sent while the last is still seen"


def test_frames_are_shown_whole_where_the_terminal_can() -> None:
    terminal = started(KITTY_ANSWERS, "kitty")
    play(terminal, 3)
    halt(terminal)
    ended(terminal)
    blocks = terminal.output.split(b"\x1b[?2026h")
    frames = [block.split(b"\x1b[?2026l")[0] for block in blocks if b"a=t" in block]
    assert frames
    assert all(b"a=p" in frame for frame in frames)


def test_sixel_frames_leave_the_cursor_where_it_was() -> None:
    terminal = started(XTERM_ANSWERS, "sixel")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    ended(terminal)
    assert SIXEL in terminal.output
    assert terminal.output.count(SIXEL) == terminal.output.count(b"\x1b7\x1b[")


def test_another_font_size_has_the_picture_drawn_anew() -> None:
    terminal = started(XTERM_ANSWERS, "sixel")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    before = widths(terminal.output)
    drawn = len(terminal.output)
    terminal.change_cell(16, 34)
    terminal.run(until=lambda: max(widths(terminal.output[drawn:]), default=0) > max(before))
    assert max(widths(terminal.output[drawn:])) == pytest.approx(2 * max(before), rel=0.05)
    ended(terminal)


def widths(output: bytearray) -> list[int]:
    """Of the sixels."""
    return [int(width) for width in re.findall(rb'\x1bP0;1;0q"1;1;(\d+);', output)]


def test_iterm2_gets_a_jpeg_over_the_cells_of_the_picture() -> None:
    answers = {**XTERM_ANSWERS, b"\x1b[>q": b"\x1bP>|iTerm2 3.5.10\x1b\\"}
    terminal = started(answers, "iterm2")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    ended(terminal)
    found = re.findall(
        rb"\x1b7\x1b\[(\d+);(\d+)H\x1b\]1337;File=([^:]*):([^\x07]*)\x07\x1b8", terminal.output
    )
    next_row = 3
    for row, column, options, data in found:
        cells = {name: int(value) for name, value in re.findall(rb"(width|height)=(\d+)", options)}
        picture = Image.open(BytesIO(standard_b64decode(data)))
        assert (int(row), int(column)) == (next_row, (80 - cells[b"width"]) // 2 + 1)
        assert picture.width / picture.height == pytest.approx(
            cells[b"width"] * 8 / (cells[b"height"] * 17), rel=0.05
        )
        next_row += cells[b"height"]
    assert next_row == 24, "all rows but two lines and the caption"


def test_sixels_are_not_drawn_over_a_toast_and_come_back_after_it() -> None:
    terminal = started(XTERM_ANSWERS, "sixel")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    terminal.type(b"t")
    assert terminal.run(until=b"TOAST")
    terminal.rest()
    covered = len(terminal.output)
    terminal.type(b"xs")
    assert terminal.run(until=lambda: b"SHOWN" in terminal.output[covered:])
    assert SIXEL not in terminal.output[covered:]
    terminal.type(b"u")
    assert terminal.run(until=lambda: SIXEL in terminal.output[covered:])
    ended(terminal)


@pytest.mark.parametrize("delay", [0.03, 0.5])
def test_answers_on_the_way_are_never_typed(delay: float) -> None:
    terminal = started(KITTY_ANSWERS, "kitty", delay)
    play(terminal, 4)
    terminal.type(b"x")
    assert terminal.run(until=b"KEYS-p-x-END"), terminal.output[-500:]
    halt(terminal)
    ended(terminal)


@pytest.mark.parametrize("delay", [0.03, 0.15, 0.5, 1.5])
def test_keys_pressed_while_the_terminal_is_asked_arrive(delay: float) -> None:
    command = [sys.executable, "-m", "tests.terminal.picture_app", str(PATIENT)]
    terminal = PtyTerminal(command, KITTY_ANSWERS, delay=delay)
    assert terminal.run(until=b"\x1b[c")
    terminal.type(b"ab")
    assert terminal.run(until=b"GRAPHICS-kitty-END")
    terminal.type(b"x")
    assert terminal.run(until=b"KEYS-a-b-x-END"), terminal.output[-500:]
    ended(terminal)


def test_answers_later_than_patience_are_never_typed() -> None:
    terminal = started(KITTY_ANSWERS, "half", delay=2.5, patience=HASTY)
    assert terminal.run(until=lambda: not terminal.is_answering)
    terminal.rest()
    terminal.type(b"x")
    assert terminal.run(until=b"KEYS-x-END"), terminal.output[-500:]
    ended(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_clean(number: int) -> None:
    terminal = started(KITTY_ANSWERS, "kitty")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    os.kill(terminal.process, number)
    assert terminal.run()
    assert LEFT_ALTERNATE_SCREEN in terminal.output
    assert KittyMemory().feed(terminal.output).images == {}
    assert terminal.close() == 128 + number


def test_an_exception_leaves_the_terminal_clean() -> None:
    terminal = started(KITTY_ANSWERS, "kitty")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    terminal.type(b"e")
    assert terminal.run()
    assert LEFT_ALTERNATE_SCREEN in terminal.output
    assert KittyMemory().feed(terminal.output).images == {}
    assert terminal.close() == 1


def test_a_terminal_that_is_gone_does_not_keep_the_program() -> None:
    terminal = started(KITTY_ANSWERS, "kitty")
    play(terminal, 1)
    assert terminal.close() != 0


def test_frames_go_on_after_another_program_had_the_terminal() -> None:
    terminal = started(KITTY_ANSWERS, "kitty", delay=0.05)
    play(terminal, 1)
    terminal.type(b"z")
    assert terminal.run(until=LEFT_ALTERNATE_SCREEN)
    away = len(terminal.output)
    assert terminal.run(until=lambda: terminal.count(FRAME, away) > 5)
    halt(terminal)
    ended(terminal)


def test_nothing_is_written_when_nothing_changes() -> None:
    terminal = started(XTERM_ANSWERS, "sixel")
    terminal.type(b"s")
    assert terminal.run(until=b"SHOWN")
    terminal.rest()
    before = len(terminal.output)
    terminal.run(seconds=1.5)
    assert len(terminal.output) - before < 100
    ended(terminal)


SLOW = 125_000
"""Bytes a second of a line of 1 Mbit/s."""


@pytest.mark.parametrize(
    ("answers", "graphics", "mark", "frames"),
    [(KITTY_ANSWERS, "kitty", FRAME, 24), ({b"\x1b[c": b"\x1b[?1;2c"}, "half", b"\x1b[c", 15)],
)
def test_a_slow_line_carries_frames_and_keys(
    answers: Mapping[bytes, bytes], graphics: str, mark: bytes, frames: int
) -> None:
    terminal = started(answers, graphics, delay=0.05, rate=SLOW)
    terminal.rest()
    terminal.most_waiting = 0
    play(terminal, frames // 2, mark)
    terminal.type(b"x")
    assert terminal.run(until=b"KEYS-p-x-END"), "keys come through while frames go on"
    so_far = terminal.count(mark)
    assert terminal.run(until=lambda: terminal.count(mark) - so_far >= frames // 2)
    assert terminal.most_waiting < SLOW / 2, "neither waits for long"
    halt(terminal)
    ended(terminal)
