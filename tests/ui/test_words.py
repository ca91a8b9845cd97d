"""Figures and states in words."""

from dataclasses import replace

import pytest

from tui.domain.job import Job, JobStatus, new_job_id
from tui.domain.request import GenerationRequest
from tui.domain.server import Connection, ConnectionState
from tui.ui import words

JOB = Job(
    id=new_job_id(),
    server="gpu-box",
    request=GenerationRequest(prompt="a fox"),
    created_at=0.0,
    is_with_server=True,
)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (4.14, "4.1 s"),
        (38.2, "38 s"),
        (125, "2 min 5 s"),
        (120, "2 min"),
        (3900, "1 h 5 min"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_sizes_and_memory() -> None:
    assert words.size(512) == "512 bytes"
    assert words.size(402_000) == "402 KB"
    assert words.size(3_400_000) == "3.4 MB"
    assert words.memory(19 * 1024**3, 24 * 1024**3) == "5.0/24 GB"


def test_slow_steps_are_told_in_seconds_each() -> None:
    assert words.rate(3.42) == "3.4 it/s"
    assert words.rate(0.25) == "4.0 s/it"


def test_a_waiting_job_says_its_place() -> None:
    assert words.job_state(replace(JOB, queue_position=0)) == "next on gpu-box"
    assert words.job_state(replace(JOB, queue_position=1)) == "second in line on gpu-box"
    assert words.job_state(JOB) == "waiting for gpu-box"
    assert words.job_state(replace(JOB, is_with_server=False)) == "waits here for gpu-box"


def test_a_running_job_without_steps_says_what_it_is_at() -> None:
    running = replace(JOB, status=JobStatus.IN_PROGRESS, activity="VAE Decode")
    assert words.job_state(running) == "VAE Decode"


def test_the_reason_of_a_silent_server_is_short() -> None:
    state = Connection(
        server="a1111",
        kind="a1111",
        state=ConnectionState.UNREACHABLE,
        error_title="A1111 refused the connection.",
    )
    assert words.connection(state) == "refused"
    assert words.connection(state, 0) == ""


def test_the_embedded_engine_is_never_shown_as_a_model() -> None:
    assert words.server_label("embedded engine") == "embedded engine, procedural pictures"
    assert words.server_label("comfyui") == "ComfyUI"
    assert words.server_label("gpu-box") == "gpu-box"
