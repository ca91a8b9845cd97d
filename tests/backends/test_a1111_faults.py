"""A connection that breaks in the middle of an A1111 job: nothing runs twice, and what is lost is said."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.a1111_peer import HASTY, QUICK, A1111Peer, at
from tests.support.a1111_server import A1111Server, serving
from tests.support.fault_proxy import Answer, FaultProxy, LoseAnswer, LoseRequest, Stall, fault_proxy, reply
from tests.support.job_events import Followed, follow
from tests.support.sdcpp_server import SdCppServer
from tests.support.waiting import until
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import NotFoundError, RequestRejectedError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
)
from tui.domain.job import new_job_id
from tui.domain.request import GenerationRequest

TXT2IMG = "/sdapi/v1/txt2img"


class Place:
    """A server behind a proxy that can misbehave, a backend that gives nothing up, and one that does."""

    def __init__(self, server: A1111Server, proxy: FaultProxy) -> None:
        self.server = server
        self.proxy = proxy
        self.backend = A1111Backend(at(proxy.url), pace=QUICK)
        self.hasty = A1111Backend(at(proxy.url), pace=HASTY)

    def request(self, *, steps: int = 20) -> GenerationRequest:
        return A1111Peer(self.proxy.url).request(seed=1, steps=steps, prompt="our fox")

    def start(self, *, steps: int = 20) -> Followed:
        return follow(self.backend, self.request(steps=steps))


@pytest.fixture
def dialect() -> str:
    """Overridden where it matters."""
    return "ui"


@pytest.fixture
async def place(dialect: str) -> AsyncIterator[Place]:
    server = A1111Server(dialect)
    async with serving(server.app()) as url, fault_proxy(url) as proxy:
        found = Place(server, proxy)
        async with found.backend, found.hasty:
            yield found


without_tasks = pytest.mark.parametrize("dialect", ["nowebui", "sdnext"])


def notes(job: Followed) -> str:
    return " ".join(note.message for note in job.of(JobNoted))


def reason(job: Followed) -> str:
    assert isinstance(job.last, JobOutcomeUnknown), job.events
    return job.last.reason


async def test_a_connection_cut_midway_leaves_a_job_that_is_followed_to_its_end(place: Place) -> None:
    job = place.start()
    await job.until(JobStarted)
    await place.proxy.cut()
    await job.over()
    assert "what it makes is lost" in notes(job)
    assert "finished the job, but it hands pictures only to the connection that asked" in reason(job)
    assert not job.outputs
    assert len(place.server.bodies) == 1


async def test_a_job_whose_connection_was_cut_can_still_be_stopped(place: Place) -> None:
    job = place.start(steps=300)
    await job.until(JobStarted)
    await place.proxy.cut()
    await job.until(JobNoted)
    await place.backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert place.server.hits == ["our fox"]


@without_tasks
async def test_without_task_ids_nobody_can_say_what_became_of_it(place: Place) -> None:
    job = place.start()
    await job.until(JobStarted)
    await place.proxy.cut()
    await job.over()
    assert "may have gone on" in reason(job)
    assert len(place.server.bodies) == 1


async def test_a_job_that_never_arrived_has_failed_and_is_not_sent_again(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, LoseRequest())
    job = place.start()
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert job.last.title == "A1111 on 127.0.0.1 does not have the job."
    assert place.server.bodies == []
    assert place.proxy.count(f"POST {TXT2IMG}") == 1


async def test_an_answer_that_is_lost_at_the_end_is_not_asked_for_again(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, LoseAnswer())
    job = place.start(steps=3)
    await job.over()
    assert "finished the job" in reason(job)
    assert len(place.server.bodies) == 1


async def test_a_gateway_that_gives_up_is_no_proof_of_failure(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, Answer(reply("504 Gateway Timeout", "<html>504</html>", "text/html")))
    job = place.start()
    await job.over()
    assert isinstance(job.last, JobFailed)  # and the server, asked, does not have it
    assert "does not have the job" in job.last.title


@without_tasks
async def test_a_gateway_before_a_server_without_tasks_leaves_the_outcome_unknown(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, Answer(reply("504 Gateway Timeout", "<html>504</html>", "text/html")))
    job = place.start()
    await job.over()
    assert "gave up waiting (504)" in reason(job)


@pytest.mark.parametrize("dialect", ["ui", "nowebui"])
async def test_a_connection_that_falls_silent_is_given_up_in_the_end(place: Place, dialect: str) -> None:
    place.proxy.on("POST", TXT2IMG, Stall())
    job = follow(place.hasty, place.request())
    await job.over()
    assert "that one is silent" in reason(job)


async def test_looks_that_fail_do_not_harm_a_job_whose_answer_comes(place: Place) -> None:
    job = place.start(steps=60)
    await job.until(JobStarted)
    place.proxy.on("POST", "/internal/progress", LoseRequest(), times=3)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    activities = [event.activity for event in job.of(JobProgressed) if event.activity]
    assert activities == [
        "The connection to A1111 on 127.0.0.1 broke off. Waiting for it.",
        "The server answers again.",
    ]


async def test_a_server_that_stays_away_leaves_the_outcome_unknown(place: Place) -> None:
    job = follow(place.hasty, place.request(steps=300))
    await job.until(JobStarted)
    place.proxy.on("POST", "/internal/progress", LoseRequest(), times=10_000)
    await place.proxy.cut()
    await job.over()
    assert "It had the job, and may have gone on." in reason(job)
    activities = [event.activity for event in job.of(JobProgressed) if event.activity]
    assert activities == ["The connection to A1111 on 127.0.0.1 broke off. Waiting for it."]


async def test_a_server_that_fails_at_looks_for_long_still_brings_its_picture(place: Place) -> None:
    job = follow(place.hasty, place.request(steps=35))
    await job.until(JobStarted)
    place.proxy.on("POST", "/internal/progress", LoseRequest(), times=10_000)
    await job.over()  # after our patience
    assert isinstance(job.last, JobCompleted)


async def test_an_answer_that_comes_during_a_look_that_fails_counts(place: Place) -> None:
    hasty = replace(QUICK, answer=0.6, patience=0.0)
    async with A1111Backend(at(place.proxy.url), pace=hasty) as backend:
        job = follow(backend, place.request(steps=15))
        await job.until(JobStarted)
        place.proxy.on("POST", "/internal/progress", LoseRequest())
        place.proxy.on("POST", "/internal/progress", Stall())
        await job.over()
    assert isinstance(job.last, JobCompleted)


async def test_an_interrupt_whose_answer_is_lost_is_not_repeated_blindly(place: Place) -> None:
    job = place.start(steps=300)
    await job.until(JobStarted)
    place.proxy.on("POST", "/sdapi/v1/interrupt", LoseAnswer())
    await place.backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert place.server.hits == ["our fox"]


async def test_an_interrupt_that_never_arrived_is_sent_again(place: Place) -> None:
    job = place.start(steps=300)
    await job.until(JobStarted)
    place.proxy.on("POST", "/sdapi/v1/interrupt", LoseRequest())
    await place.backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert place.server.hits == ["our fox"]


async def test_a_job_of_an_earlier_process_is_followed_but_its_pictures_are_lost(place: Place) -> None:
    job = place.start(steps=30)
    await job.until(JobStarted)
    await job.leave()
    async with A1111Backend(place.backend.settings, pace=QUICK) as later:
        again = Followed(later.attach(job.id, place.request()), job.id)
        await again.over()
    assert again.of(JobStarted)
    assert again.of(JobProgressed)
    assert "finished the job" in reason(again)
    assert len(place.server.bodies) == 1


async def test_a_job_that_nobody_knows_any_more_is_unknown(place: Place) -> None:
    stranger = new_job_id()
    job = Followed(place.backend.attach(stranger, place.request()), stranger)
    await job.over()
    assert "does not know the job" in reason(job)


@without_tasks
async def test_a_server_without_tasks_cannot_be_asked_after_a_job(place: Place) -> None:
    stranger = new_job_id()
    job = Followed(place.backend.attach(stranger, place.request()), stranger)
    await job.over()
    assert "cannot be asked after a job" in reason(job)


async def test_disconnecting_ends_a_job_in_words(place: Place) -> None:
    job = place.start(steps=300)
    await job.until(JobStarted)
    await place.backend.disconnect()
    await job.over()
    assert "closed here" in reason(job)


async def test_disconnecting_before_a_job_was_sent_says_so(place: Place) -> None:
    first, second = place.start(steps=300), place.start()
    await second.until(JobQueued)
    await place.backend.disconnect()
    await second.over()
    assert isinstance(second.last, JobFailed)
    assert second.last.title == "The connection was closed here before the job was sent."
    await first.over()


async def test_a_job_that_nobody_watches_any_more_makes_room_for_the_next(place: Place) -> None:
    first = place.start(steps=300)
    await first.until(JobStarted)
    second = place.start(steps=3)
    await second.until(JobQueued)
    await first.leave()
    await until(lambda: len(place.server.bodies) == 2)
    await place.backend.cancel(first.id)  # which nobody watches: by its id
    await second.over()
    assert isinstance(second.last, JobCompleted)


async def test_a_rejection_is_raised_while_nothing_else_was_told(place: Place) -> None:
    body = '{"detail": [{"loc": ["body", "steps"], "msg": "value is not a valid integer"}]}'
    place.proxy.on("POST", TXT2IMG, Answer(reply("422 Unprocessable Entity", body)))
    with pytest.raises(RequestRejectedError, match="steps: value is not a valid integer"):
        await place.start().over()


async def test_a_server_that_is_not_there_is_said_before_anything_is_sent(
    place: Place, unused_tcp_port: int
) -> None:
    settings = replace(place.backend.settings, url=f"http://127.0.0.1:{unused_tcp_port}")
    async with A1111Backend(settings, pace=QUICK) as lonely:
        with pytest.raises(ServerUnreachableError):
            await follow(lonely, place.request()).over()


async def test_an_answer_without_pictures_is_a_failure(place: Place) -> None:
    place.proxy.on("POST", TXT2IMG, Answer(reply("200 OK", '{"images": [], "info": ""}')))
    job = place.start()
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert job.last.title == "The server ended the job without a picture."


@pytest.fixture
async def native() -> AsyncIterator[tuple[SdCppServer, FaultProxy, A1111Backend]]:
    server = SdCppServer()
    async with (
        serving(server.app()) as url,
        fault_proxy(url) as proxy,
        A1111Backend(at(proxy.url), pace=QUICK) as backend,
    ):
        yield server, proxy, backend


async def test_stable_diffusion_cpp_keeps_a_job_for_a_later_process(
    native: tuple[SdCppServer, FaultProxy, A1111Backend],
) -> None:
    _, proxy, backend = native
    request = A1111Peer(proxy.url).request(seed=1, steps=10)
    job = follow(backend, request)
    await job.until(JobStarted)
    await job.leave()
    async with A1111Backend(backend.settings, pace=QUICK) as later:
        number = next(iter(native[0].jobs))
        again = Followed(later.attach(job.id, request, number), job.id)
        await again.over()
    assert isinstance(again.last, JobCompleted)
    assert [event.output.seed for event in again.of(OutputReceived)] == [1]


async def test_stable_diffusion_cpp_is_never_sent_a_job_twice(
    native: tuple[SdCppServer, FaultProxy, A1111Backend],
) -> None:
    server, proxy, backend = native
    proxy.on("POST", "/sdcpp/v1/img_gen", LoseAnswer())
    job = follow(backend, A1111Peer(proxy.url).request(seed=1))
    await job.over()
    assert "may have the job" in reason(job)
    await until(lambda: len(server.jobs) == 1)


async def test_stable_diffusion_cpp_that_was_restarted_has_lost_the_job(
    native: tuple[SdCppServer, FaultProxy, A1111Backend],
) -> None:
    server, proxy, backend = native
    job = follow(backend, A1111Peer(proxy.url).request(seed=1, steps=100))
    await job.until(JobStarted)
    server.jobs.clear()
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert "no longer has the job" in job.last.title


async def test_a_picture_is_not_to_be_had_a_second_time(place: Place) -> None:
    job = place.start(steps=2)
    await job.over()
    with pytest.raises(NotFoundError, match="does not keep"):
        async for _ in place.backend.fetch(replace(job.outputs[0], data=None)):
            pass
