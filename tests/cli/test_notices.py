"""What commands tell beside their lines: on a terminal only; the hook in any case."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Latentui
from tests.support.engine_process import EngineProcess
from tests.support.pty_terminal import PtyTerminal
from tests.support.waiting import until

SMALL = ("--size", "64x64", "--seed", "7")
SECONDS = 60


@pytest.fixture
def hooked(own_home: Path, engine: EngineProcess, tmp_path: Path) -> Path:
    """Where a hook of the settings writes the status of every job."""
    told, script = tmp_path / "told", tmp_path / "hook.sh"
    script.write_text(f'#!/bin/sh\necho "$LATENTUI_JOB_STATUS" >> "{told}"\n')
    script.chmod(0o755)
    write_settings(own_home, f'command = "{script}"', engine)
    return told


def write_settings(own_home: Path, notices: str, engine: EngineProcess | None = None) -> None:
    file = own_home / "config" / "settings.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    server = f'[servers.here]\nkind = "comfyui"\nurl = "{engine.url}"' if engine else ""
    file.write_text(f"[notices]\n{notices}\n{server}\n")


def on_terminal(own_home: Path, *words: str) -> bytes:
    """What a command that makes a picture wrote to a WezTerm."""
    terminal = PtyTerminal(
        [sys.executable, "-m", "tui", "generate", "a fox", "--demo", *SMALL, *words],
        {},
        environ={"LATENTUI_HOME": str(own_home), "TERM_PROGRAM": "WezTerm"},
    )
    terminal.run(seconds=SECONDS)
    assert terminal.close() == 0, terminal.output
    return bytes(terminal.output)


async def test_a_hook_runs_for_a_job_of_a_script_and_its_output_stays_clean(
    latentui: Latentui, hooked: Path
) -> None:
    ended = await latentui("generate", "a fox", "--server", "here", *SMALL)
    assert (ended.code, hooked.read_text()) == (0, "completed\n")
    assert "\x1b" not in ended.out + ended.err


async def test_a_hook_runs_for_the_jobs_of_a_worker_once(latentui: Latentui, hooked: Path) -> None:
    left = await latentui("generate", "a fox", "--server", "here", *SMALL, "--detach")
    assert left.code == 0
    both = await asyncio.gather(*(latentui("jobs", "work", "--until-empty") for _ in range(2)))
    assert [ended.code for ended in both] == [0, 0]
    waited = await latentui("generate", "--wait", left.out.strip())
    assert waited.code == 0
    # the worker that was left behind may have run it
    await until(lambda: hooked.exists() and hooked.read_text(), SECONDS)
    assert hooked.read_text() == "completed\n"


async def test_a_hook_that_fails_is_told_and_the_picture_is_there(
    latentui: Latentui, own_home: Path, engine: EngineProcess
) -> None:
    write_settings(own_home, 'command = "false"', engine)
    ended = await latentui("generate", "a fox", "--server", "here", *SMALL)
    assert (ended.code, Path(ended.out.strip()).is_file()) == (0, True)
    assert "The command for notices failed: it ended with 1." in ended.err


def test_a_terminal_is_told_and_left_as_it_was(own_home: Path) -> None:
    said = on_terminal(own_home)
    assert b"\x1b[22;0t\x1b]0;" in said
    assert said[said.rindex(b"\x1b]0;") :].startswith(b"\x1b]0;\x07\x1b[23;0t")
    assert b"\x1b]9;4;" in said
    assert said[said.rindex(b"\x1b]9;4;") :].startswith(b"\x1b]9;4;0;0")


def test_each_notice_can_be_switched_off(own_home: Path) -> None:
    write_settings(own_home, "title = false\nprogress = false\nnotification = false")
    assert b"\x1b]" not in on_terminal(own_home)


def test_programs_that_read_json_get_nothing_else(own_home: Path) -> None:
    assert b"\x1b]" not in on_terminal(own_home, "--json")
