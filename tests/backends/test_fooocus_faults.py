"""Connections that break and servers that forget: no Fooocus job runs twice, and what is lost is said."""

from collections.abc import AsyncIterator

import pytest

from tests.support.fault_proxy import FaultProxy, LoseAnswer, LoseRequest, Replace, fault_proxy, reply
from tests.support.fooocus_peer import HASTY, QUICK, at, small
from tests.support.fooocus_server import FooocusServer, Task
from tests.support.job_events import Followed, fetched, follow
from tests.support.serving import serving
from tests.support.waiting import until
from tui.backends.fooocus import FooocusBackend
from tui.domain.errors import AnswerLostError, NotFoundError, RequestRejectedError
from tui.domain.events import (
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
)
from tui.domain.job import JobId, new_job_id
from tui.domain.request import GenerationRequest

OURS, THEIRS = "our fox", "their owl"
TXT2IMG = "/v1/generation/text-to-image"
POST = f"POST {TXT2IMG}"


class Place:
    """A server behind a proxy that can misbehave, backends that give nothing up, and one that does."""

    def __init__(self, server: FooocusServer, url: str, proxy: FaultProxy) -> None:
        self.server = server
        self.proxy = proxy
        self.backend = FooocusBackend(at(proxy.url), pace=QUICK)
        self.elsewhere = FooocusBackend(at(proxy.url), pace=QUICK)
        self.theirs = FooocusBackend(at(url), pace=QUICK)
        self.hasty = FooocusBackend(at(proxy.url), pace=HASTY)

    def request(self, *, steps: int = 10) -> GenerationRequest:
        return small(steps=steps, prompt=OURS)

    def start(self, *, steps: int = 10) -> Followed:
        return follow(self.backend, self.request(steps=steps))

    def strangers(self, *, steps: int = 10) -> Followed:
        return follow(self.theirs, small(steps=steps, prompt=THEIRS))

    def again(self, job: JobId, server_job_id: str | None = None) -> Followed:
        """Watch a job as another program would, which knows what the journal holds."""
        return Followed(self.elsewhere.attach(job, self.request(), server_job_id), job)

    @property
    def sent(self) -> list[str]:
        """The prompts that arrived, in order."""
        return [body["prompt"] for _, body in self.server.bodies]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    server = FooocusServer()
    async with serving(server.app()) as url, fault_proxy(url) as proxy:
        found = Place(server, url, proxy)
        async with found.backend, found.elsewhere, found.theirs, found.hasty:
            yield found


def reason(job: Followed) -> str:
    assert isinstance(job.last, JobOutcomeUnknown), job.events
    return job.last.reason


@pytest.mark.parametrize("fault", [LoseAnswer(), Replace(reply("502 Bad Gateway", "<html>", "text/html"))])
async def test_a_job_whose_answer_was_lost_is_found_and_not_sent_again(
    place: Place, fault: LoseAnswer | Replace
) -> None:
    place.proxy.on("POST", TXT2IMG, fault)
    job = place.start(steps=40)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(OutputReceived)) == 1
    assert job.of(JobProgressed)
    assert place.sent == [OURS]
    assert place.proxy.count(POST) == 1


async def test_among_several_new_jobs_ours_is_known_by_its_pictures(place: Place) -> None:
    place.server.gate.clear()
    place.proxy.on("POST", TXT2IMG, LoseAnswer())
    job = place.start()
    await until(lambda: place.sent == [OURS])
    theirs = place.strangers()
    await theirs.until(JobQueued)
    place.server.gate.set()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    (output,) = job.outputs
    assert output.filename == f"{job.id}-0.png"
    await theirs.over()
    assert place.sent == [OURS, THEIRS]


async def test_a_job_that_never_arrived_is_said_and_not_sent_again(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, LoseRequest())
    job = place.start()
    with pytest.raises(AnswerLostError):
        await job.over()
    assert job.events == []
    assert place.proxy.count(POST) == 1
    assert place.sent == []


async def test_somebody_elses_job_is_not_taken_for_ours(place: Place) -> None:
    place.server.gate.clear()
    place.proxy.on("POST", TXT2IMG, LoseRequest())
    job = place.start()
    await until(lambda: place.proxy.count(POST))
    theirs = place.strangers(steps=60)
    await theirs.until(JobQueued)
    place.server.gate.set()
    await job.until(JobStarted)
    await place.backend.cancel(job.id)
    note = await job.until(JobNoted)
    assert note.message.startswith("A stop might hit somebody else's job")
    await job.over()
    assert reason(job) == "The job that came at that moment was somebody else's; ours did not show up."
    assert not job.outputs
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)
    assert place.server.hits == []


async def test_without_names_two_new_jobs_cannot_be_told_apart(place: Place) -> None:
    place.server.names_files = False
    place.server.gate.clear()
    place.proxy.on("POST", TXT2IMG, LoseAnswer())
    job = place.start()
    await until(lambda: place.sent == [OURS])
    theirs = place.strangers()
    await theirs.until(JobQueued)
    place.server.gate.set()
    await job.over()
    assert reason(job) == "The connection to Fooocus on 127.0.0.1 broke off while the job was handed over."
    assert place.sent == [OURS, THEIRS]


async def test_a_server_that_restarted_meanwhile_leaves_it_unknown(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, LoseAnswer())
    place.proxy.on("GET", "/v1/generation/job-history", LoseRequest(), times=3)
    place.server.gate.clear()
    job = place.start()
    await until(lambda: place.sent == [OURS])
    place.server.restart()
    await job.over()
    assert "broke off while the job was handed over" in reason(job)
    assert place.sent == [OURS]


async def test_a_full_queue_takes_nothing(place: Place) -> None:
    place.server.queue_size = 1
    place.server.gate.clear()
    theirs = place.strangers()
    await theirs.until(JobQueued)
    job = place.start()
    with pytest.raises(RequestRejectedError, match=r"The queue of Fooocus .* is full"):
        await job.over()
    assert job.events == []
    place.server.gate.set()
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)


async def test_looks_that_fail_are_made_again(place: Place) -> None:
    job = place.start(steps=40)
    await job.until(JobProgressed, lambda event: event.step > 1)
    place.proxy.on("GET", "/v1/generation/query-job", LoseRequest(), times=5)
    await place.proxy.cut()
    await job.until(JobProgressed, lambda event: "Waiting for it." in event.activity)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert job.outputs


async def test_a_server_that_stays_away_leaves_the_outcome_unknown(place: Place) -> None:
    job = follow(place.hasty, place.request(steps=200))
    await job.until(JobStarted)
    place.proxy.on("GET", "/", LoseRequest(), times=10**6)
    await job.over()
    assert "It had the job, and may have gone on." in reason(job)


async def test_a_server_that_was_restarted_has_lost_the_job(place: Place) -> None:
    job = place.start(steps=200)
    await job.until(JobStarted)
    place.proxy.on("GET", "/", LoseRequest(), times=4)
    place.server.restart()
    await job.over()
    assert job.last == JobFailed(
        job.id, "Fooocus on 127.0.0.1 no longer has the job.", "It was restarted. Generate again."
    )


async def test_a_restart_that_nobody_saw_is_told_from_a_deleted_record(place: Place) -> None:
    job = place.start(steps=200)
    await job.until(JobStarted)
    place.server.restart()
    await job.over()
    assert job.last == JobFailed(
        job.id, "Fooocus on 127.0.0.1 no longer has the job.", "It was restarted. Generate again."
    )


async def test_a_record_that_the_server_deleted_is_said(place: Place) -> None:
    job = place.start(steps=200)
    await job.until(JobStarted)
    place.server.queue.clear()
    await job.over()
    assert reason(job) == (
        "Fooocus on 127.0.0.1 deleted its record of the job, and its pictures with it (--queue-history)."
    )


async def test_where_others_came_since_both_are_said(place: Place) -> None:
    job = place.start(steps=200)
    await job.until(JobStarted)
    place.server.restart()
    place.server.queue.append(theirs := Task({"prompt": THEIRS}, "Text to Image"))
    place.server.newest = theirs.id
    await job.over()
    assert "no longer has the job: it was restarted, or deleted its record" in reason(job)


async def test_a_job_is_watched_again_by_the_servers_id(place: Place) -> None:
    job = place.start(steps=40)
    await job.until(JobStarted)
    server_job_id = job.of(JobQueued)[0].server_job_id
    assert server_job_id == place.server.queue[0].id
    await job.leave()
    again = place.again(job.id, server_job_id)
    await again.over()
    assert isinstance(again.last, JobCompleted)
    assert len(await fetched(place.backend, again.outputs[0])) > 50


async def test_a_job_is_found_again_without_the_servers_id(place: Place) -> None:
    theirs = place.strangers()
    job = place.start(steps=20)
    await job.until(JobStarted)
    await job.leave()
    again = place.again(job.id)
    await again.over()
    assert isinstance(again.last, JobCompleted)
    assert [output.filename for output in again.outputs] == [f"{job.id}-0.png"]
    assert isinstance(theirs.last, JobCompleted)
    assert place.server.hits == []


async def test_a_job_that_is_over_is_found_again(place: Place) -> None:
    job = place.start(steps=3)
    await job.over()
    again = place.again(job.id)
    await again.over()
    assert [event.output for event in again.of(OutputReceived)] == job.outputs


@pytest.mark.parametrize("server_job_id", [None, "no-such-job"])
async def test_a_job_of_which_the_server_has_not_heard_is_unknown(
    place: Place, server_job_id: str | None
) -> None:
    again = place.again(new_job_id(), server_job_id)
    await again.over()
    assert reason(again) == "Fooocus on 127.0.0.1 does not know the job, or no longer."
    assert place.sent == []


async def test_pictures_that_were_deleted_are_said(place: Place) -> None:
    place.server.queue_history = 1
    job = place.start(steps=3)
    await job.over()
    theirs = place.strangers(steps=3)
    await theirs.over()
    with pytest.raises(NotFoundError, match="no longer has"):
        await fetched(place.backend, job.outputs[0])
    again = place.again(job.id, job.of(JobQueued)[0].server_job_id)
    await again.over()
    assert "does not know the job" in reason(again)


async def test_leaving_the_connection_ends_the_watching_not_the_job(place: Place) -> None:
    job = place.start(steps=40)
    await job.until(JobStarted)
    await place.backend.disconnect()
    await job.over()
    assert reason(job) == "The connection was closed here; the job may go on."
    again = place.again(job.id, job.of(JobQueued)[0].server_job_id)
    await again.over()
    assert isinstance(again.last, JobCompleted)


async def test_a_preview_of_nonsense_harms_nothing(place: Place) -> None:
    task = Task({"prompt": OURS}, "Text to Image", status="\x1b[2J\x07", preview="%%%", progress=50)
    place.server.gate.clear()
    place.server.queue.append(task)
    again = place.again(new_job_id(), task.id)
    progress = await again.until(JobProgressed)
    assert "\x1b" not in progress.activity
    await again.leave()
