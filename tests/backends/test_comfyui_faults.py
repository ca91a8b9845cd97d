"""Whatever breaks between the backend and ComfyUI, the job ends in a clear state, and runs once."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.support.comfyui_peer import HASTY, QUICK, ComfyUIPeer
from tests.support.engine_process import engine_process
from tests.support.fault_proxy import (
    Answer,
    Fault,
    FaultProxy,
    LoseAnswer,
    LoseRequest,
    Replace,
    Rewrite,
    Truncate,
    reply,
)
from tests.support.job_events import Followed, fetched, follow
from tests.support.waiting import until
from tui.backends.comfyui import ComfyUIBackend
from tui.backends.comfyui_pace import Pace
from tui.demo.server import EmbeddedEngine
from tui.domain.errors import (
    RequestRejectedError,
    ServerError,
    ServerReplyError,
    ServerUnreachableError,
)
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    PreviewReceived,
)
from tui.domain.job import new_job_id
from tui.domain.request import GenerationRequest, GraphPlan, PictureInput, Upload


def runs_of(engine: EmbeddedEngine, job: Followed) -> int:
    """How often the engine began this job, by its own log."""
    log = engine.folder / "engine.log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [(line["event"], line["prompt_id"]) for line in lines].count(("start", job.id))


async def test_a_dropped_socket_comes_back_and_progress_goes_on(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=1, steps=40))
    await job.until(JobProgressed, lambda event: event.step >= 2)
    await proxy.drop_websockets()
    dropped_at = max(event.step for event in job.of(JobProgressed))
    await job.until(JobProgressed, lambda event: event.step > dropped_at + 2)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert proxy.sockets_opened == 2
    assert proxy.count("POST /prompt") == 1


async def test_a_job_that_ends_while_the_socket_is_away_is_completed(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=2, steps=8))
    await job.until(JobStarted)
    proxy.on("GET", "/ws", LoseRequest(), times=1000)
    await proxy.drop_websockets()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert (await fetched(backend, job.outputs[0])).startswith(b"\x89PNG")


async def test_a_job_that_is_sent_while_the_socket_rests_gets_one_at_once(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=Pace(retry_first=60, retry_most=60)) as backend:
        proxy.on("GET", "/ws", LoseRequest())
        first = follow(backend, comfyui.request(seed=40, steps=60))
        await first.until(JobStarted)
        second = follow(backend, comfyui.request(seed=41))
        await second.until(JobQueued)
        assert proxy.sockets_opened == 1
        await backend.cancel(first.id)
        await second.over()
        assert second.of(PreviewReceived)


async def test_a_server_without_a_socket_still_makes_pictures(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("GET", "/ws", Answer(reply("403 Forbidden")), times=1000)
    job = follow(backend, comfyui.request(seed=3))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert "no socket" in job.of(JobNoted)[0].message
    assert len(job.outputs) == 1


async def test_an_open_socket_that_fell_silent_is_opened_anew(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    pace = replace(QUICK, deaf_from_start=0.4, deaf=0.6)
    async with ComfyUIBackend(comfyui.settings, pace=pace) as backend:
        job = follow(backend, comfyui.request(seed=4, steps=200))
        await job.until(JobProgressed, lambda event: event.step >= 2)
        proxy.deafen()
        heard = max(event.step for event in job.of(JobProgressed))
        await job.until(JobProgressed, lambda event: event.step > heard + 3)
        # never two at a time: the newer would go deaf
        assert proxy.socket_log[:3] == ["opened", "closed", "opened"]
        await backend.cancel(job.id)
        await job.over()
        assert isinstance(job.last, JobCancelled)


async def test_an_unused_socket_is_closed_and_opens_again_for_the_next_job(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=replace(QUICK, linger=0.1)) as backend:
        await follow(backend, comfyui.request(seed=42)).over()
        await until(lambda: proxy.socket_log == ["opened", "closed"])
        job = follow(backend, comfyui.request(seed=43))
        await job.over()
        assert job.of(PreviewReceived)


async def test_jobs_in_a_row_share_one_socket(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    for seed in (44, 45, 46):
        await follow(backend, comfyui.request(seed=seed)).over()
    assert proxy.socket_log == ["opened"]


async def test_an_engine_killed_and_started_again_has_lost_the_job(tmp_path: Path) -> None:
    async with engine_process(tmp_path / "engine") as engine:
        comfyui = ComfyUIPeer(engine.url)
        async with ComfyUIBackend(comfyui.settings, pace=Pace(retry_most=0.5, blind=0.2)) as backend:
            running = follow(backend, comfyui.request(seed=5, steps=200))
            await running.until(JobProgressed, lambda event: event.step > 0)
            waiting = follow(backend, comfyui.request(seed=6))
            await waiting.until(JobQueued, lambda event: event.position == 0)
            await engine.kill()
            with pytest.raises(ServerUnreachableError):
                await backend.connect()
            await running.until(JobProgressed, lambda event: "Waiting" in event.activity)
            await engine.start()
            for job in (running, waiting):
                await job.over()
                assert isinstance(job.last, JobFailed)
                assert "no longer has the job" in job.last.title
            after = follow(backend, comfyui.request(seed=7))
            await after.over()
            assert isinstance(after.last, JobCompleted)
            assert after.of(JobProgressed)


async def test_an_engine_that_stays_away_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    async with engine_process(tmp_path / "engine") as engine:
        comfyui = ComfyUIPeer(engine.url)
        async with ComfyUIBackend(comfyui.settings, pace=HASTY) as backend:
            job = follow(backend, comfyui.request(seed=8, steps=200))
            await job.until(JobStarted)
            await engine.kill()
            await job.over()
            assert isinstance(job.last, JobOutcomeUnknown)
            assert "may have gone on" in job.last.reason


async def test_a_reply_five_seconds_late_is_waited_for(comfyui: ComfyUIPeer, proxy: FaultProxy) -> None:
    proxy.delay = 5.0
    async with ComfyUIBackend(comfyui.settings) as backend:
        job = follow(backend, comfyui.request(seed=9))
        await job.over(seconds=100)
        assert isinstance(job.last, JobCompleted)
        assert job.of(JobProgressed)
        assert proxy.count("POST /prompt") == 1


async def test_a_late_server_does_not_hold_up_the_loop(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.delay = 1.0
    job = follow(backend, comfyui.request(seed=10))
    turns = 0
    while not job.of(JobStarted):
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 20, "a loop that waits for each answer turns a few times"
    await job.over()


def with_upload(comfyui: ComfyUIPeer, picture: Path) -> GenerationRequest:
    upload = Upload("1", "image", PictureInput(str(picture)))
    return GenerationRequest(plan=GraphPlan(graph=comfyui.graph("invert"), uploads=(upload,)))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "my cat.png"
    Image.new("RGB", (16, 16), "red").save(path)
    return path


async def test_an_uploaded_picture_is_used(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, picture: Path
) -> None:
    job = follow(backend, with_upload(comfyui, picture))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    data = await fetched(backend, job.outputs[0])
    (picture.parent / "inverted.png").write_bytes(data)
    with Image.open(picture.parent / "inverted.png") as inverted:
        assert inverted.size == (16, 16)
        assert inverted.convert("RGB").getpixel((0, 0)) == (0, 255, 255)


async def test_the_persons_file_name_stays_here(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, picture: Path, engine: EmbeddedEngine
) -> None:
    await follow(backend, with_upload(comfyui, picture)).over()
    names = [path.name for path in (engine.folder / "input").iterdir()]
    assert any(name.startswith("latentui-") for name in names)
    assert not any("cat" in name for name in names)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply("413 Payload Too Large", "too big", "text/plain"), RequestRejectedError, "too large (413)"),
        (
            reply("500 Internal Server Error", "Server got itself in trouble", "text/plain"),
            ServerReplyError,
            "500",
        ),
        (reply("400 Bad Request"), RequestRejectedError, "400"),
        (reply("200 OK", "<html>login</html>", "text/html"), ServerReplyError, "web page"),
    ],
)
async def test_a_refused_upload_ends_before_anything_is_queued(
    comfyui: ComfyUIPeer,
    backend: ComfyUIBackend,
    proxy: FaultProxy,
    picture: Path,
    answer: bytes,
    kind: type[ServerError],
    words: str,
) -> None:
    proxy.on("POST", "/upload/image", Answer(answer))
    job = follow(backend, with_upload(comfyui, picture))
    with pytest.raises(kind, match=words.replace("(", r"\(").replace(")", r"\)")):
        await job.over()
    assert proxy.count("POST /prompt") == 0


async def test_a_submission_whose_answer_is_lost_runs_once(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy, engine: EmbeddedEngine
) -> None:
    proxy.on("POST", "/prompt", LoseAnswer())
    job = follow(backend, comfyui.request(seed=11))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert proxy.count("POST /prompt") == 1
    assert runs_of(engine, job) == 1


@pytest.mark.parametrize(
    "fault", [Truncate(20), Truncate(200), Replace(reply("504 Gateway Timeout", "<html>nginx")), Replace(b"")]
)
async def test_a_spoilt_receipt_is_no_proof_of_failure(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.on("POST", "/prompt", fault)
    job = follow(backend, comfyui.request(seed=12))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert proxy.count("POST /prompt") == 1


async def test_a_submission_that_never_arrived_fails_and_is_not_sent_again(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", "/prompt", LoseRequest())
    job = follow(backend, comfyui.request(seed=13))
    with pytest.raises(ServerReplyError, match="did not take the job"):
        await job.over()
    assert proxy.count("POST /prompt") == 1


async def test_when_nobody_can_tell_whether_a_job_was_taken_its_outcome_is_unknown(
    comfyui: ComfyUIPeer, hasty: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", "/prompt", LoseAnswer())
    proxy.on("GET", "/queue", LoseRequest(), times=1000)
    job = follow(hasty, comfyui.request(seed=14))
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)
    assert proxy.count("POST /prompt") == 1


async def test_a_server_that_was_away_meanwhile_proves_nothing_by_not_knowing_the_job(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", "/prompt", LoseRequest())
    proxy.on("GET", "/queue", LoseRequest(), times=2)
    job = follow(backend, comfyui.request(seed=47))
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)
    assert proxy.count("POST /prompt") == 1


def without_our_id(body: bytes) -> bytes:
    """As a server reads it that knows nothing of ids chosen by clients."""
    return json.dumps({key: value for key, value in json.loads(body).items() if key != "prompt_id"}).encode()


async def test_a_server_that_makes_its_own_ids_is_followed_by_them(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", "/prompt", Rewrite(without_our_id), times=2)
    request = comfyui.request(seed=49, steps=40)
    first = follow(backend, request)
    queued = await first.until(JobQueued)
    assert queued.server_job_id
    assert queued.server_job_id != first.id
    await first.until(JobProgressed, lambda event: event.step > 1)
    second = follow(backend, comfyui.request(seed=50))
    await second.until(JobQueued)
    await backend.cancel(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    await first.leave()
    again = Followed(backend.attach(first.id, request, queued.server_job_id), first.id)
    await again.over()
    assert isinstance(again.last, JobCompleted)
    assert len(again.outputs) == 1


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_history_that_never_comes_leaves_what_the_socket_told(
    comfyui: ComfyUIPeer, hasty: ComfyUIBackend, proxy: FaultProxy, is_cut: bool
) -> None:
    proxy.on("GET", "/history/", Answer(reply("200 OK", "{}")), times=1000)
    job = follow(hasty, comfyui.request(seed=48, steps=30))
    if is_cut:
        await job.until(JobProgressed, lambda event: event.step > 1)
        await proxy.drop_websockets()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert bool(job.of(JobNoted)) is is_cut


async def test_a_history_that_comes_late_is_waited_for(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("GET", "/history/", Answer(reply("200 OK", "{}")), times=3)
    job = follow(backend, comfyui.request(seed=15))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert not job.of(JobNoted)
    assert proxy.count("GET /history/") == 4


async def test_a_waiting_job_tells_its_position_and_moves_up(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    jobs: list[Followed] = []
    for number in range(3):
        jobs.append(follow(backend, comfyui.request(seed=20 + number, steps=15)))
        await jobs[-1].until(JobQueued)
    await jobs[2].over()
    positions = [event.position for event in jobs[2].of(JobQueued) if event.position is not None]
    assert positions == [1, 0]


async def test_a_waiting_job_somebody_deletes_is_cancelled_and_said(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    first = follow(backend, comfyui.request(seed=30, steps=100))
    await first.until(JobStarted)
    second = follow(backend, comfyui.request(seed=31))
    await second.until(JobQueued, lambda event: event.position == 0)
    async with ComfyUIBackend(comfyui.settings) as other:
        await other._api.delete(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    assert "Somebody" in second.of(JobNoted)[0].message
    await backend.cancel(first.id)
    await first.over()


async def test_a_result_that_breaks_off_is_an_error_and_not_a_short_file(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=32))
    await job.over()
    proxy.on("GET", "/view", Truncate(600))
    with pytest.raises(ServerUnreachableError):
        await fetched(backend, job.outputs[0])
    assert (await fetched(backend, job.outputs[0])).startswith(b"\x89PNG")


async def test_a_cached_rerun_whose_file_was_deleted_is_said(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, engine: EmbeddedEngine
) -> None:
    await follow(backend, comfyui.request(seed=33)).over()
    for file in (engine.folder / "output").iterdir():
        file.unlink()
    again = follow(backend, comfyui.request(seed=33))
    await again.over()
    assert "earlier result" in again.of(JobNoted)[0].message
    with pytest.raises(RequestRejectedError, match="no longer has the file"):
        await fetched(backend, again.outputs[0])


async def test_a_job_of_an_earlier_process_is_found_again(comfyui: ComfyUIPeer) -> None:
    request, job_id = comfyui.request(seed=34, steps=30), new_job_id()
    async with ComfyUIBackend(comfyui.settings, client_id="kept") as first:
        job = follow(first, request, job_id)
        await job.until(JobStarted)
        await job.leave()
    async with ComfyUIBackend(comfyui.settings, client_id="kept") as second:
        again = Followed(second.attach(job_id, request), job_id)
        await again.until(JobProgressed)
        await again.over()
        assert isinstance(again.last, JobCompleted)
        assert len(again.outputs) == 1


async def test_disconnecting_ends_a_job_in_words(comfyui: ComfyUIPeer, backend: ComfyUIBackend) -> None:
    job = follow(backend, comfyui.request(seed=35, steps=100))
    await job.until(JobStarted)
    await backend.disconnect()
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)


async def test_a_job_cancelled_on_its_way_never_runs(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy, engine: EmbeddedEngine
) -> None:
    proxy.delay = 0.3
    job = follow(backend, comfyui.request(seed=36, steps=200))
    await until(lambda: proxy.sockets_opened)
    await backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert proxy.count("POST /prompt") == 0
    assert runs_of(engine, job) == 0
