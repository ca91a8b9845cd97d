"""What the socket says while the server is being asked: it counts, whatever the answer is."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import NoReturn

import pytest

from tests.support.comfyui_peer import QUICK, ComfyUIPeer
from tests.support.fault_proxy import FaultProxy, LoseRequest
from tests.support.job_events import Followed, follow
from tui.backends.comfyui import ComfyUIBackend
from tui.backends.comfyui_watch import JobWatch
from tui.domain.errors import ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobOutcomeUnknown,
    JobStarted,
    LastEvent,
)
from tui.protocol.comfyui_answers import HistoryEntry, QueueAnswer
from tui.protocol.comfyui_messages import Message, NodeExecuted, RunFailed, RunInterrupted, RunSucceeded

OURS = "ours"
FILES = {"images": [{"filename": "x.png", "subfolder": "", "type": "output"}]}
OUTPUT = NodeExecuted(OURS, node="9", output=FILES)
GONE = ServerUnreachableError("It is gone.")


def watching(backend: ComfyUIBackend, job: Followed) -> JobWatch:
    watch = backend._watches.of(job.id)
    assert watch is not None
    return watch


class Place:
    """A job that is asked after, and its watch, to which a test can speak as the socket does."""

    def __init__(self, backend: ComfyUIBackend, job: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.job = job
        self.watch = watching(backend, job)
        self._api = backend._sessions.current.api
        self._monkeypatch = monkeypatch

    def answer(self, queue: Callable[[], object], history: Callable[[], object]) -> None:
        """From now on the server answers so, or raises."""

        async def ask_queue() -> object:
            return queue()

        async def ask_history(prompt_id: str) -> object:
            return history()

        self._monkeypatch.setattr(self._api, "queue", ask_queue)
        self._monkeypatch.setattr(self._api, "history", ask_history)

    def hear(self, *messages: Message) -> None:
        """What the socket says of the job."""
        for message in messages:
            self.watch.receive(message)


@pytest.fixture
async def place(
    comfyui: ComfyUIPeer, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    pace = replace(QUICK, history=0.0, patience=0.0)
    async with ComfyUIBackend(comfyui.settings, pace=pace) as backend:
        job = follow(backend, comfyui.request(seed=1, steps=200))
        await job.until(JobStarted)
        proxy.on("GET", "/ws", LoseRequest(), times=10**6)
        await proxy.drop_websockets()
        yield Place(backend, job, monkeypatch)


def gone() -> NoReturn:
    raise ServerUnreachableError("It is gone.")


async def test_an_output_told_during_the_last_look_that_fails_is_not_lost(place: Place) -> None:
    def queue() -> NoReturn:
        if place.watch._absence.has_begun:
            place.hear(OUTPUT)
        gone()

    place.answer(queue, gone)
    await place.job.over()
    assert isinstance(place.job.last, JobOutcomeUnknown)
    assert [output.filename for output in place.job.outputs] == ["x.png"]


async def test_an_end_told_while_the_server_denies_the_job_counts(place: Place) -> None:
    place.answer(QueueAnswer, lambda: place.hear(OUTPUT, RunSucceeded(OURS)))
    await place.job.over()
    assert isinstance(place.job.last, JobCompleted)
    assert [output.filename for output in place.job.outputs] == ["x.png"]


@pytest.mark.parametrize(
    ("word", "end"),
    [
        (RunFailed(OURS, node_type="KSampler", exception_message="out of memory"), JobFailed),
        (RunInterrupted(OURS), JobCancelled),
    ],
)
async def test_a_server_that_dies_after_it_told_the_end_leaves_no_doubt(
    place: Place, word: Message, end: type[LastEvent]
) -> None:
    place.hear(word)
    place.answer(gone, gone)
    await place.job.over()
    assert isinstance(place.job.last, end)


async def test_an_end_that_is_learnt_while_the_connection_is_given_up_counts(place: Place) -> None:
    def history() -> HistoryEntry:
        place.watch.abandon()
        return HistoryEntry(outputs={"9": FILES}, status=None)

    place.answer(QueueAnswer, history)
    await place.job.over()
    assert isinstance(place.job.last, JobCompleted)
