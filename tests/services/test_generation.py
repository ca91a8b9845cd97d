"""The generation service over a scripted server and a real journal."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.scripted import FixedSettings, ScriptedFleet, png, server_settings
from tests.support.waiting import first, until
from tui.domain.errors import InputError, RequestRejectedError, SaveError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobChanged,
    JobCompleted,
    JobFailed,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
    OutputSaved,
    ServiceEvent,
)
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest, PictureInput
from tui.domain.server import ConnectionState
from tui.domain.settings import ServerKind
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService

FOX = GenerationRequest(prompt="a red fox", seed=7)


class Studio:
    """One program of ours: its services over a fleet that outlives it."""

    def __init__(self, connections: ConnectionsService, generation: GenerationService) -> None:
        self.connections = connections
        self.generation = generation


@pytest.fixture
def fleet() -> ScriptedFleet:
    return ScriptedFleet()


@pytest.fixture
def settings(tmp_path: Path) -> FixedSettings:
    return FixedSettings(str(tmp_path / "pictures"), server_settings("paint"), server_settings("other"))


@asynccontextmanager
async def studio(
    settings: FixedSettings, fleet: ScriptedFleet, journal: Path | None = None, *, works_queue: bool = True
) -> AsyncGenerator[Studio]:
    async with (
        ConnectionsService(settings, opener=fleet.open) as connections,
        GenerationService(
            settings, connections, ResultsService(settings), journal, works_queue=works_queue
        ) as generation,
    ):
        yield Studio(connections, generation)


async def over(generation: GenerationService, job_id: JobId) -> Job:
    async with asyncio.timeout(10):
        return await generation.wait(job_id)


async def test_a_job_is_followed_from_queue_to_file(fleet, settings, tmp_path):
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        events = it.generation.events()
        job = await it.generation.submit("paint", FOX)
        told: list[ServiceEvent] = []

        def is_end(event: ServiceEvent) -> bool:
            told.append(event)
            return isinstance(event, JobChanged) and event.job.status.is_over

        await first(events, is_end)
        kinds = [type(event) for event in told if not isinstance(event, JobChanged | JobProgressed)]
        assert kinds == [JobQueued, JobStarted, OutputReceived, OutputSaved, JobCompleted]
        done = it.generation.job(job.id)
        assert done.status is JobStatus.COMPLETED
        (output,) = done.outputs
        assert Path(output.path).name == "txt2img_default_00001.png"
        assert Path(output.path).read_bytes() == fleet["paint"].body(told_output(told))


def told_output(told: list[ServiceEvent]):
    return next(event.output for event in told if isinstance(event, OutputReceived))


async def test_a_server_holds_no_more_of_ours_than_the_settings_say(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(5)]
        await until(lambda: len(fleet["paint"].runs) == 2)
        assert fleet["paint"].runs == [job.id for job in submitted[:2]]
        fleet["paint"].gate(submitted[0].id).set()
        await over(it.generation, submitted[0].id)
        await until(lambda: len(fleet["paint"].runs) == 3)
        assert await it.generation.waiting("paint") == tuple(job.id for job in submitted[3:])


async def test_cancelling_a_waiting_job_never_reaches_the_server(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(3)]
        await until(lambda: len(fleet["paint"].runs) == 2)
        events = it.generation.events()
        await it.generation.cancel(submitted[2].id)
        await first(events, lambda event: event == JobCancelled(submitted[2].id))
        assert it.generation.job(submitted[2].id).status is JobStatus.CANCELLED
        assert fleet["paint"].cancels == []


async def test_cancelling_a_running_job_stops_it_and_no_other(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        first_job, second = [await it.generation.submit("paint", FOX) for _ in range(2)]
        await until(lambda: it.generation.job(first_job.id).step == 3)
        await it.generation.cancel(first_job.id)
        assert (await over(it.generation, first_job.id)).status is JobStatus.CANCELLED
        assert it.generation.job(second.id).status is JobStatus.IN_PROGRESS
        assert fleet["paint"].cancels == [first_job.id]


async def test_a_job_cancelled_while_it_is_handed_over_is_stopped_once_the_server_has_it(fleet, settings):
    fleet["paint"].is_gated = True
    fleet["paint"].hand_over.clear()
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
        await it.generation.cancel(job.id)
        assert fleet["paint"].stopped == set()
        fleet["paint"].hand_over.set()
        assert (await over(it.generation, job.id)).status is JobStatus.CANCELLED


async def test_cancelling_an_unknown_job_is_an_input_error(fleet, settings):
    async with studio(settings, fleet) as it:
        with pytest.raises(InputError, match="no job nonsense"):
            await it.generation.cancel(JobId("nonsense"))


async def test_a_server_that_is_down_fails_the_job_with_its_error(fleet, settings):
    fleet["paint"].is_up = False
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        failed = await over(it.generation, job.id)
        assert (failed.status, failed.error_title) == (JobStatus.FAILED, "The scripted server is down.")
        assert isinstance(it.generation.error(job.id), ServerUnreachableError)


async def test_a_job_that_may_wait_is_handed_over_when_the_server_is_back(fleet, settings):
    fleet["paint"].is_up = False
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, wait_for_server=True)
        await until(lambda: fleet["paint"].looks > 1)
        assert it.generation.job(job.id).status is JobStatus.PENDING
        fleet["paint"].is_up = True
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED


async def test_a_job_whose_hand_over_had_no_answer_is_asked_after_and_not_sent_again(fleet, settings):
    fleet["paint"].loses_answer = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, wait_for_server=True)
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
    assert (fleet["paint"].runs, fleet["paint"].attaches) == ([job.id], [job.id])


async def test_a_rejected_job_fails_in_the_server_s_words(fleet, settings):
    fleet["paint"].rejects = RequestRejectedError("The sampler is unknown.", "Choose another.")
    async with studio(settings, fleet) as it:
        events = it.generation.events()
        job = await it.generation.submit("paint", FOX)
        event = await first(events, lambda event: isinstance(event, JobFailed))
        assert event == JobFailed(job.id, "The sampler is unknown.", "Choose another.")


async def test_a_reply_that_is_no_picture_fails_the_job_and_leaves_no_file(fleet, settings):
    fleet["paint"].body = lambda _: b"<html>login</html>"
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.FAILED
        assert "where a picture should be" in job.error_title
        assert list(Path(settings.current.pictures_folder).iterdir()) == []


async def test_what_could_not_be_saved_can_be_saved_again(fleet, settings, tmp_path):
    (tmp_path / "pictures").write_text("a file where the folder should be")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.FAILED
        assert isinstance(it.generation.error(job.id), SaveError)
        (tmp_path / "pictures").unlink()
        saved = await it.generation.save_again(job.id)
        assert (saved.status, saved.error_title) == (JobStatus.COMPLETED, "")
        assert Path(saved.outputs[0].path).is_file()
        assert (await it.generation.history())[0].status is JobStatus.COMPLETED


async def test_what_could_not_be_saved_can_be_saved_by_the_next_program(fleet, settings, tmp_path):
    (tmp_path / "pictures").write_text("a file where the folder should be")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        with pytest.raises(SaveError):
            await it.generation.save_again(job.id)
        (tmp_path / "pictures").unlink()
        saved = await it.generation.save_again(job.id)
        assert saved.status is JobStatus.COMPLETED
        assert Path(saved.outputs[0].path).is_file()
        with pytest.raises(InputError, match="nothing to save again"):
            await it.generation.save_again(job.id)
        with pytest.raises(InputError, match="outcome of this job is known"):
            await it.generation.look_again(job.id)


async def test_a_job_that_the_server_refused_has_nothing_to_save(fleet, settings):
    fleet["paint"].rejects = RequestRejectedError("No.")
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        with pytest.raises(InputError, match="failed before it made anything"):
            await it.generation.save_again(job.id)


async def test_preview_nodes_pictures_are_kept_only_when_there_is_nothing_else(fleet, settings):
    fleet["paint"].temporary = 1
    async with studio(settings, fleet) as it:
        both = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert [output.is_temporary for output in both.outputs] == [False]
        fleet["paint"].outputs = 0
        only = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert [output.is_temporary for output in only.outputs] == [True]


async def test_a_fetch_that_breaks_off_is_tried_again(fleet, settings):
    fleet["paint"].fetch_faults = [ServerUnreachableError("It broke off.")]
    async with studio(settings, fleet) as it:
        job = await over(it.generation, (await it.generation.submit("paint", FOX)).id)
        assert job.status is JobStatus.COMPLETED
        assert len(job.outputs) == 1


async def test_a_paused_queue_waits_and_a_resumed_one_goes_on(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
        elsewhere = await it.generation.submit("other", FOX)
        await over(it.generation, elsewhere.id)
        assert it.generation.is_paused("paint")
        assert fleet["paint"].runs == []
        await it.generation.resume("paint")
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED


async def test_a_waiting_job_can_go_first_or_elsewhere(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause()
        one, two, three = [await it.generation.submit("paint", FOX) for _ in range(3)]
        await it.generation.move(three.id, 0)
        await it.generation.move(one.id, "other")
        assert await it.generation.waiting("paint") == (three.id, two.id)
        assert it.generation.job(one.id).server == "other"
        await it.generation.resume()
        for job in (one, two, three):
            await over(it.generation, job.id)
        assert fleet["other"].runs == [one.id]
        assert fleet["paint"].runs == [three.id, two.id]


async def test_a_waiting_job_can_be_edited(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
        owl = replace(FOX, prompt="an owl")
        await it.generation.edit(job.id, owl)
        assert it.generation.job(job.id).request == owl
        await it.generation.resume("paint")
        await over(it.generation, job.id)
        assert fleet["paint"].requests[job.id] == owl


@pytest.fixture
def fox_picture(tmp_path: Path) -> Path:
    picture = tmp_path / "fox.png"
    picture.write_bytes(png(1))
    return picture


def sent_picture(fleet: ScriptedFleet, job: Job) -> Path:
    sent = fleet["paint"].requests[job.id].init_image
    assert sent is not None
    return Path(sent.path)


async def test_a_waiting_job_starts_from_the_picture_that_was_meant(
    fleet, settings, tmp_path, fox_picture
):
    request = replace(FOX, init_image=PictureInput(str(fox_picture)))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        await it.generation.pause()
        painted_over = await it.generation.submit("paint", request)
        fox_picture.write_bytes(png(2) + b"painted over")
        gone = await it.generation.submit("paint", request)
        fox_picture.unlink()
        assert it.generation.job(gone.id).request == request  # people see the name they gave
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        await it.generation.resume()
        for job, content in ((painted_over, png(1)), (gone, png(2) + b"painted over")):
            await over(it.generation, job.id)
            assert sent_picture(fleet, job).read_bytes() == content
        again = await it.generation.retry(painted_over.id)
        await over(it.generation, again.id)
        assert sent_picture(fleet, again).read_bytes() == png(1)


async def test_an_unchanged_picture_is_sent_from_where_it_lies(
    fleet, settings, tmp_path, fox_picture
):
    request = replace(FOX, init_image=PictureInput(str(fox_picture)))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        jobs = [await it.generation.submit("paint", request) for _ in range(2)]
        for job in jobs:
            await over(it.generation, job.id)
            assert sent_picture(fleet, job) == fox_picture
    assert len(list((tmp_path / "inputs").iterdir())) == 1


async def test_a_picture_that_is_not_there_is_the_backend_s_to_tell(fleet, settings, tmp_path):
    request = replace(FOX, init_image=PictureInput(str(tmp_path / "nowhere.png")))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await it.generation.submit("paint", request)
        await over(it.generation, job.id)
        assert fleet["paint"].requests[job.id] == request


async def test_a_job_cannot_go_to_another_kind_of_server(fleet, settings):
    a1111 = server_settings("auto", kind=ServerKind.A1111)
    settings.change(servers=(*settings.current.servers, a1111))
    async with studio(settings, fleet) as it:
        await it.generation.pause()
        job = await it.generation.submit("paint", FOX)
        with pytest.raises(InputError, match="another kind of server"):
            await it.generation.move(job.id, "auto")
        with pytest.raises(InputError, match="no server called nowhere"):
            await it.generation.move(job.id, "nowhere")


async def test_a_server_that_is_switched_off_keeps_its_jobs_until_it_is_on_again(fleet, settings, tmp_path):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        running = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(running.id).step == 3)
        fleet["paint"].break_off()
        await until(lambda: "waiting for paint" in it.generation.job(running.id).activity)
        settings.change(servers=(server_settings("paint", is_enabled=False),))
        await until(lambda: it.connections.connection("paint").state is ConnectionState.OFF)
        fleet["paint"].is_gated = False
        fleet["paint"].is_up = True
        settings.change(servers=(server_settings("paint"),))
        assert (await over(it.generation, running.id)).status is JobStatus.COMPLETED
        assert fleet["paint"].runs == [running.id]


async def test_a_job_whose_server_went_away_midway_is_found_when_it_is_back(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).step == 3)
        fleet["paint"].break_off()
        await until(lambda: it.generation.job(job.id).activity == "waiting for paint")
        fleet["paint"].is_gated = False
        fleet["paint"].is_up = True
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
        assert fleet["paint"].runs == [job.id]


async def test_a_single_command_says_that_the_outcome_is_unknown_rather_than_wait(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, works_queue=False) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).step == 3)
        fleet["paint"].break_off()
        assert (await over(it.generation, job.id)).status is JobStatus.UNKNOWN


async def test_a_fault_of_ours_leaves_the_job_unknown_and_the_others_alone(fleet, settings):
    raised: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context["exception"]))
    fleet["paint"].is_buggy = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        other = await it.generation.submit("other", FOX)
        assert (await over(it.generation, job.id)).status is JobStatus.UNKNOWN
        assert (await over(it.generation, other.id)).status is JobStatus.COMPLETED
    assert [type(error) for error in raised] == [ZeroDivisionError]


async def test_it_is_known_which_pictures_would_be_lost_with_the_program(fleet, settings):
    fleet["paint"].is_gated = fleet["other"].is_gated = True
    fleet["paint"].keeps_results = False
    async with studio(settings, fleet) as it:
        running = [await it.generation.submit(server, FOX) for server in ("paint", "other", "paint", "paint")]
        await until(lambda: len(fleet["paint"].runs) == 2)
        assert {job.id for job in it.generation.at_risk} == {running[0].id, running[2].id}
        fleet["paint"].gate(running[0].id).set()
        await over(it.generation, running[0].id)
        await until(lambda: running[3].id in fleet["paint"].runs)
        assert {job.id for job in it.generation.at_risk} == {running[2].id, running[3].id}


async def test_a_burst_of_progress_never_holds_the_loop(fleet, settings):
    fleet["paint"].steps, fleet["paint"].is_bursting = 20_000, True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        longest, last = 0.0, time.monotonic()
        while not it.generation.job(job.id).status.is_over:
            await asyncio.sleep(0)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        assert it.generation.job(job.id).status is JobStatus.COMPLETED
        assert longest < 0.1


async def test_a_job_that_runs_can_no_longer_be_moved(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
        with pytest.raises(InputError, match="waits no longer"):
            await it.generation.move(job.id, 0)


async def test_a_closed_program_leaves_the_job_to_the_next_which_finds_it_again(fleet, settings, tmp_path):
    fleet["paint"].is_gated = True
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal) as it:
        running = await it.generation.submit("paint", FOX)
        queued = await it.generation.submit("paint", FOX)
        waiting = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(running.id).step == 3)
        await until(lambda: it.generation.job(queued.id).step == 3)
    fleet["paint"].is_gated = False
    async with studio(settings, fleet, journal) as it:
        for job in (running, queued, waiting):
            assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
    assert fleet["paint"].runs == [running.id, queued.id, waiting.id]
    assert set(fleet["paint"].attaches) == {running.id, queued.id}


async def test_a_paused_queue_is_still_paused_after_a_restart(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
    async with studio(settings, fleet, journal) as it:
        assert it.generation.is_paused("paint")
        assert it.generation.job(job.id).status is JobStatus.PENDING
        await it.generation.resume("paint")
        await over(it.generation, job.id)


async def test_a_job_whose_hand_over_was_cut_is_shown_as_unknown(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].hand_over.clear()
    async with studio(settings, fleet, journal) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
    async with studio(settings, fleet, journal) as it:
        events = it.generation.events()
        unknown = await over(it.generation, job.id)
        assert unknown.status is JobStatus.UNKNOWN
        assert fleet["paint"].runs == []
        await it.generation.look_again(job.id)
        await first(events, lambda event: isinstance(event, JobOutcomeUnknown))
        fleet["paint"].hand_over.set()
        again = await it.generation.retry(job.id)
        assert (await over(it.generation, again.id)).status is JobStatus.COMPLETED
        await it.generation.drop(job.id)
        assert [job.id for job in await it.generation.history()] == [again.id]


async def test_two_programs_never_run_the_same_job(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    settings.change(queue_depth=1)
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        submitted = [await one.generation.submit("paint", FOX, detach=True) for _ in range(10)]
        async with asyncio.timeout(20):
            await one.generation.until_empty()
        assert sorted(fleet["paint"].runs) == sorted(job.id for job in submitted)
        for job in submitted:
            assert (await over(two.generation, job.id)).status is JobStatus.COMPLETED


async def test_another_program_sees_the_progress_and_can_cancel(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        job = await one.generation.submit("paint", FOX)
        await first(two.generation.events(), lambda event: event == JobStarted(job.id))
        await two.generation.cancel(job.id)
        assert (await over(two.generation, job.id)).status is JobStatus.CANCELLED
        assert (await over(one.generation, job.id)).status is JobStatus.CANCELLED
        assert fleet["paint"].attaches == []


async def test_an_id_is_taken_once(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        job = await one.generation.submit("paint", FOX)
        for program in (one, two):
            with pytest.raises(InputError, match="already"):
                await program.generation.submit("paint", FOX, job_id=job.id)
        fleet["paint"].gate(job.id).set()
        await over(one.generation, job.id)
    assert fleet["paint"].runs == [job.id]


async def test_a_single_command_runs_its_own_job_only(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal, works_queue=False) as it:
        left = await it.generation.submit("paint", FOX, detach=True)
        own = await it.generation.submit("paint", FOX)
        await over(it.generation, own.id)
    assert fleet["paint"].runs == [own.id]
    async with studio(settings, fleet, journal) as it:
        assert (await over(it.generation, left.id)).status is JobStatus.COMPLETED


async def test_a_relative_target_is_meant_from_where_it_was_submitted(fleet, settings, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with studio(settings, fleet, tmp_path / "j.sqlite3", works_queue=False) as it:
        job = await it.generation.submit("paint", FOX, into="v1.5/", detach=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        done = await over(it.generation, job.id)
    assert Path(done.outputs[0].path).parent == tmp_path / "here" / "v1.5"


async def test_results_go_where_the_submission_says(fleet, settings, tmp_path):
    fleet["paint"].outputs = 2
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, into=str(tmp_path / "out" / "fox.png"))
        done = await over(it.generation, job.id)
    names = [Path(output.path).name for output in done.outputs]
    assert names == ["fox.png", "fox_2.png"]
    assert (tmp_path / "out" / "fox.png").read_bytes().startswith(png()[:8])
