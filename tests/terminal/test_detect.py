"""Asking a terminal that answers soon, late, partly or never."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.pty_terminal import KITTY_ANSWERS, XTERM_ANSWERS, PtyTerminal
from tui.terminal.detect import PATIENCE
from tui.terminal.passthrough import wrap

PATIENT = 20.0
"""Seconds in which a terminal answers even on a busy machine."""

PROGRAM = """
import json, sys, time
from dataclasses import asdict
from tui.terminal import detect
patience = float(sys.argv[1]) if len(sys.argv) > 1 else detect.PATIENCE
detect.TMUX_PATIENCE = float(sys.argv[2]) if len(sys.argv) > 2 else patience
begun = time.monotonic()
found = asdict(detect.detect_terminal(patience=patience))
del found["heard"]
assert not {"textual", "rich", "PIL", "asyncio"} & set(sys.modules), "too much was imported"
print("FOUND" + json.dumps({**found, "seconds": time.monotonic() - begun}) + "END")
"""


def found_by(
    answers: Mapping[bytes, bytes],
    delay: float = 0.0,
    environ: Mapping[str, str] | None = None,
    patience: Sequence[float] = (PATIENT,),
) -> dict[str, Any]:
    """The profile a program found, with the seconds it took. `patience`: with a terminal, with tmux."""
    command = [sys.executable, "-c", PROGRAM, *map(str, patience)]
    terminal = PtyTerminal(command, answers, delay=delay, environ=environ or {})
    assert terminal.run(until=b"END"), terminal.output
    terminal.run()
    assert terminal.close() == 0
    line = terminal.output.split(b"FOUND")[1].split(b"END")[0]
    return json.loads(line)


@pytest.mark.parametrize("delay", [0.03, 0.15, 0.5, 1.5])
def test_a_far_terminal_is_waited_for(delay: float) -> None:
    found = found_by(KITTY_ANSWERS, delay)
    assert found["graphics"] == "kitty"
    assert found["cell"] == {"width": 8, "height": 17}
    assert delay <= found["round_trip"] <= found["seconds"]


def test_xterm_is_drawn_with_sixel() -> None:
    assert found_by(XTERM_ANSWERS)["graphics"] == "sixel"


def test_a_terminal_that_only_ends_the_batch_costs_no_wait() -> None:
    found = found_by({b"\x1b[c": b"\x1b[?1;2c"})
    assert found["graphics"] == "half"
    assert found["round_trip"] <= found["seconds"] < PATIENT


def test_a_silent_terminal_gets_half_blocks_after_two_seconds() -> None:
    found = found_by({}, patience=())
    assert found["graphics"] == "half"
    assert found["acknowledgement"] == "none"
    assert found["round_trip"] is None
    assert found["seconds"] > 1.9
    assert PATIENCE == 2


def test_the_environment_overrules_what_was_found() -> None:
    assert found_by(KITTY_ANSWERS, environ={"LATENTUI_GRAPHICS": "quadrant"})["graphics"] == "quadrant"
    assert found_by(KITTY_ANSWERS, environ={"LATENTUI_GRAPHICS": "nonsense"})["graphics"] == "kitty"


def test_a_dumb_terminal_is_asked_nothing() -> None:
    terminal = PtyTerminal([sys.executable, "-c", PROGRAM], {}, environ={"TERM": "dumb"})
    assert terminal.run(until=b"END")
    terminal.run()
    terminal.close()
    assert terminal.output.startswith(b"FOUND")
    assert b'"graphics": "ascii"' in terminal.output


def test_answers_are_neither_shown_nor_left_as_typed_keys() -> None:
    program = PROGRAM + "\nimport select; print('LEFT', select.select([0], [], [], 0.3)[0], 'DONE')"
    terminal = PtyTerminal([sys.executable, "-c", program, str(PATIENT)], KITTY_ANSWERS, delay=0.1)
    assert terminal.run(until=b"DONE")
    terminal.close()
    assert b"LEFT []" in terminal.output
    assert b"OK" not in terminal.output


TMUX_ANSWERS = {b"\x1b[>q": b"\x1bP>|tmux 3.3a\x1b\\", b"\x1b[c": b"\x1b[?1;2c"}


def inside_tmux(folder: Path, passthrough: str, outside: str) -> dict[str, str]:
    """An environment in which the command `tmux` says this of itself."""
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\nprintf '%s\\t%s\\n' '{passthrough}' '{outside}'\n")
    program.chmod(0o755)
    return {
        "TMUX": "/tmp/tmux-0/default,1,0",
        "TERM": "tmux-256color",
        "PATH": f"{folder}:{os.environ['PATH']}",
    }


def test_kitty_outside_tmux_is_asked_through_it(tmp_path: Path) -> None:
    answers = {wrap(question): answer for question, answer in KITTY_ANSWERS.items() if question != b"a=q"}
    answers[b"a=q"] = KITTY_ANSWERS[b"a=q"]
    found = found_by(answers, 0.1, inside_tmux(tmp_path, "on", "kitty(0.41.1)"))
    assert (found["graphics"], found["through_tmux"], found["name"]) == ("kitty", True, "kitty")
    assert found["acknowledgement"] == "mode"
    assert 0.1 <= found["round_trip"] <= found["seconds"]


def test_tmux_without_passthrough_says_how_to_get_pictures(tmp_path: Path) -> None:
    found = found_by(TMUX_ANSWERS, environ=inside_tmux(tmp_path, "off", "kitty(0.41.1)"))
    assert (found["graphics"], found["through_tmux"], found["name"]) == ("half", False, "tmux")
    assert "allow-passthrough on" in found["notes"][0]
    assert found["acknowledgement"] == "attributes"


def test_a_sixel_terminal_outside_tmux_is_not_drawn_into(tmp_path: Path) -> None:
    answers = {wrap(question): answer for question, answer in XTERM_ANSWERS.items()}
    found = found_by(answers, environ=inside_tmux(tmp_path, "on", "XTerm(379)"))
    assert (found["graphics"], found["through_tmux"]) == ("half", True)


def test_with_nobody_outside_tmux_itself_is_taken(tmp_path: Path) -> None:
    answers = {b"\x1b[?2026$p\x1b[?1;1;0S\x1b[c": b"\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c"}
    found = found_by(answers, environ=inside_tmux(tmp_path, "on", ""), patience=(PATIENT, 2.0))
    assert (found["graphics"], found["name"], found["through_tmux"]) == ("half", "tmux", False)
    assert found["seconds"] < PATIENT


def test_without_a_terminal_nothing_is_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input="", capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("FOUND")
    assert '"is_tty": false' in done.stdout


def test_a_tmux_with_sixel_is_drawn_into_with_characters(tmp_path: Path) -> None:
    answers = {b"\x1b[>q": b"\x1bP>|tmux 3.5a\x1b\\", b"\x1b[c": b"\x1b[?1;2;4c"}
    found = found_by(answers, environ=inside_tmux(tmp_path, "off", "XTerm(379)"))
    assert found["graphics"] == "half"


def test_another_form_than_was_found_is_still_paced_by_the_terminal_outside(tmp_path: Path) -> None:
    answers = {wrap(question): answer for question, answer in XTERM_ANSWERS.items()}
    environ = inside_tmux(tmp_path, "on", "XTerm(379)") | {"LATENTUI_GRAPHICS": "quadrant"}
    found = found_by(answers, environ=environ)
    assert (found["graphics"], found["through_tmux"], found["acknowledgement"]) == ("quadrant", True, "mode")
