"""What is told outside the screen: to whom, when, and that nothing of it stays behind."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from tests.support.fake_services import connected, fake_services
from tests.support.pty_terminal import KITTY_ANSWERS, PtyTerminal
from tests.support.studio import open_studio
from tui.domain.errors import InputError, SaveError
from tui.domain.job import Job, JobStatus, SavedOutput, new_job_id
from tui.domain.request import GenerationRequest
from tui.domain.settings import NoticeSettings
from tui.services.hook import run_hook
from tui.terminal.profile import TerminalProfile
from tui.ui.speaker import Speaker, title_words

KITTY = TerminalProfile(name="kitty", version="0.41.1")
ALL = NoticeSettings()
NONE = NoticeSettings(title=False, progress=False, notification=False)


def job(status: JobStatus = JobStatus.IN_PROGRESS, step: int = 0, *, seconds: float = 1.0) -> Job:
    return Job(
        id=new_job_id(),
        server="gpu-box",
        request=GenerationRequest(prompt="a red fox"),
        status=status,
        created_at=0.0,
        started_at=100.0,
        ended_at=100.0 + seconds if status.is_over else None,
        step=step,
        total=20,
    )


class Terminal:
    """Remembers what was written."""

    def __init__(self, profile: TerminalProfile = KITTY) -> None:
        self.written = b""
        self.notices = Speaker(profile, self.write)

    def write(self, data: bytes) -> None:
        self.written += data

    def take(self) -> bytes:
        data, self.written = self.written, b""
        return data


def test_title_and_bar_follow_the_jobs_and_say_nothing_twice() -> None:
    terminal = Terminal()
    jobs = (job(step=5), job(JobStatus.PENDING))
    terminal.notices.show(jobs, ALL)
    said = terminal.take()
    assert "25 % · 1 running · 1 waiting · Latentui".encode() in said
    assert b"\x1b]9;4;1;25" in said
    terminal.notices.show(jobs, ALL)
    assert terminal.take() == b""
    terminal.notices.show((), ALL)
    assert b"\x1b]9;4;0;0" in terminal.take()


def test_a_job_that_tells_no_steps_is_counted_without_percent() -> None:
    assert title_words((replace(job(), total=0),)) == "1 running · Latentui"


def test_what_was_changed_is_put_back() -> None:
    terminal = Terminal()
    terminal.notices.show((job(step=5),), ALL)
    terminal.take()
    terminal.notices.clear()
    assert terminal.take() == b"\x1b]0;\x07\x1b[23;0t\x1b]9;4;0;0\x1b\\"
    terminal.notices.clear()
    assert terminal.take() == b""


def test_each_can_be_switched_off_even_while_a_job_runs() -> None:
    terminal = Terminal()
    terminal.notices.show((job(step=5),), ALL)
    terminal.take()
    terminal.notices.show((job(step=6),), NONE)
    assert terminal.take() == b"\x1b]0;\x07\x1b[23;0t\x1b]9;4;0;0\x1b\\"
    terminal.notices.tell([job(JobStatus.COMPLETED)], NONE, is_away=True)
    assert terminal.take() == b""
    terminal.notices.tell([job(JobStatus.COMPLETED)], replace(NONE, bell=True), is_away=True)
    assert terminal.take() == b"\x07"


def test_a_person_is_called_when_away_or_after_long_work_only() -> None:
    terminal = Terminal()
    terminal.notices.tell([job(JobStatus.COMPLETED)], ALL, is_away=False)
    assert terminal.take() == b""
    terminal.notices.tell([job(JobStatus.CANCELLED, seconds=60)], ALL, is_away=True)
    assert terminal.take() == b""
    terminal.notices.tell([job(JobStatus.COMPLETED)], ALL, is_away=True)
    assert b"\x1b]99;" in terminal.take()
    terminal.notices.tell([job(JobStatus.COMPLETED, seconds=11)], ALL, is_away=False)
    assert b"\x1b]99;" in terminal.take()


def test_many_endings_are_one_notice() -> None:
    terminal = Terminal(TerminalProfile(name="foot"))
    ended = [job(JobStatus.COMPLETED), job(JobStatus.COMPLETED), job(JobStatus.FAILED)]
    terminal.notices.tell(ended, ALL, is_away=True)
    assert terminal.take() == b"\x1b]777;notify;Latentui;2 jobs are done, 1 failed\x1b\\"


def test_a_failure_cannot_end_the_notice_and_begin_another_command() -> None:
    terminal = Terminal(TerminalProfile(name="iterm2"))
    failed = replace(job(JobStatus.FAILED), error_title="bad\x1b\\\x1b]52;c;AAAA\x07\nend")
    terminal.notices.tell([failed], ALL, is_away=True)
    said = terminal.take()
    assert said.count(b"\x1b") == 2
    assert b"\x07" not in said


def done_job(folder: Path) -> Job:
    output = SavedOutput(path=str(folder / "fox; $(touch harm).png"), media_type="image/png")
    return replace(job(JobStatus.COMPLETED), outputs=(output,))


async def test_the_command_gets_the_facts_by_environment(tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(
        "import os, pathlib\n"
        "names = ('ID', 'STATUS', 'PATH')\n"
        f"pathlib.Path({str(tmp_path / 'told')!r}).write_text("
        "'\\n'.join(os.environ['LATENTUI_JOB_' + name] for name in names))\n"
    )
    ended = done_job(tmp_path)
    await run_hook(f"{sys.executable} '{script}'", ended)
    told = (tmp_path / "told").read_text().splitlines()
    assert told == [ended.id, "completed", ended.outputs[0].path]


@pytest.mark.parametrize("command", ["no-such-command-here", "'unfinished", " ", "false"])
async def test_a_command_that_fails_is_told(command: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="command for notices failed"):
        await run_hook(command, done_job(tmp_path))


async def test_the_studio_tells_when_the_command_failed(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        services.hooks.fail(InputError("The command for notices failed: it ended with 1."))
        await studio.until_text("command for notices failed")


async def test_the_studio_tells_that_the_journal_cannot_be_written_and_when_it_can(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        services.generation.problem = SaveError("Another program holds the journal.", "Jobs run on.")
        await studio.until_text("Another program holds the journal. Jobs run on.")
        services.generation.problem = None
        await studio.until_text("The journal can be written again.")


async def test_the_studio_knows_when_it_is_not_looked_at(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        studio.app.post_message(events.AppBlur())
        await studio.until(lambda: not studio.app.app_focus)


@pytest.mark.parametrize("way", ["quit", "signal"])
def test_a_real_run_titles_its_window_and_leaves_no_title_behind(tmp_path: Path, way: str) -> None:
    terminal = PtyTerminal(
        [sys.executable, "-m", "tui", "--demo"],
        KITTY_ANSWERS,
        size=(100, 30),
        environ={"LATENTUI_HOME": str(tmp_path)},
    )
    assert terminal.run(until=b"\x1b]0;Latentui\x07")
    assert terminal.run(until=b"Steps")
    terminal.type(b"fox\x07")
    assert terminal.run(until=b"1 running"), terminal.output[-1500:]
    assert terminal.run(until=b"\x1b]9;4;1;")
    if way == "quit":
        terminal.type(b"\x11")
    else:
        os.kill(terminal.process, signal.SIGTERM)
    assert terminal.run()
    terminal.close()
    left = terminal.output.rfind(b"\x1b]0;")
    assert terminal.output[left:].startswith(b"\x1b]0;\x07\x1b[23;0t")
    bar = terminal.output.rfind(b"\x1b]9;4;")
    assert terminal.output[bar:].startswith(b"\x1b]9;4;0;0")
