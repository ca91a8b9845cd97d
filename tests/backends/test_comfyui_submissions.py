"""However a submission goes wrong, the job runs once or is said not to run."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.support.comfyui_peer import ComfyUIPeer, runs_of
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
from tui.demo.server import EmbeddedEngine
from tui.domain.errors import (
    RequestRejectedError,
    ServerError,
    ServerReplyError,
)
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
)
from tui.domain.request import GenerationRequest, GraphPlan, PictureInput, Upload


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
    assert runs_of(engine, job.id) == 1


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
    assert runs_of(engine, job.id) == 0
