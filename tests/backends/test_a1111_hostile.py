"""A server that answers nonsense, or worse: every job still ends, in clean words, within bounds."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_server import A1111Server, serving
from tests.support.fault_proxy import Answer, FaultProxy, fault_proxy, reply
from tests.support.job_events import Followed, follow
from tests.support.sdcpp_server import SdCppServer
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import LatentuiError, ServerError
from tui.domain.events import JobCompleted, JobFailed, JobNoted, JobProgressed

TXT2IMG = "/sdapi/v1/txt2img"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
UNSAFE = "\x1b[2J\u202e\x07"


class Place:
    """A server whose answers a test puts words into."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self.backend = A1111Backend(at(proxy.url), pace=QUICK)

    def says(self, method: str, path: str, body: Any, *, times: int = 1) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.proxy.on(method, path, Answer(reply("200 OK", text)), times=times)

    async def job(self, **fields: Any) -> Followed:
        job = follow(self.backend, A1111Peer(self.proxy.url).request(seed=1, **fields))
        await job.over()
        return job


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with serving(A1111Server().app()) as url, fault_proxy(url) as proxy:
        found = Place(proxy)
        async with found.backend:
            yield found


@pytest.mark.parametrize(
    "answer",
    [
        {"images": ["no base64 at all!", "PHN2Zz4="], "info": "{}"},
        {"images": [], "info": None},
        {"images": [PIXEL], "info": json.dumps({"index_of_first_image": 9})},
        {},
    ],
    ids=["no pictures", "nothing", "beyond the end", "empty"],
)
async def test_an_answer_without_a_picture_fails_in_words(place: Place, answer: Any) -> None:
    place.says("POST", TXT2IMG, answer)
    job = await place.job()
    assert isinstance(job.last, JobFailed)
    assert "without a picture" in job.last.title


@pytest.mark.parametrize(
    "answer",
    ["<html>login</html>", "[1, 2", '{"images": 3}', '{"images": [{"deep": 1}]}', "[" * 100_000],
    ids=["a page", "cut", "a number", "objects", "deep"],
)
async def test_an_answer_of_another_shape_is_an_error_in_words(place: Place, answer: str) -> None:
    place.says("POST", TXT2IMG, answer)
    with pytest.raises(LatentuiError) as caught:
        await place.job()
    assert "A1111 on 127.0.0.1" in caught.value.title


@pytest.mark.parametrize(
    "info",
    [
        "[" * 50_000,
        json.dumps({"all_seeds": ["x", None, True, 1e400], "seed": "x"}),
        json.dumps({"index_of_first_image": -5, "sampler_name": ["x"], "version": 3}),
        json.dumps({"all_seeds": [2**200]}),
    ],
    ids=["deep", "seeds of all kinds", "wrong kinds", "a vast seed"],
)
async def test_a_picture_is_kept_whatever_is_said_about_it(place: Place, info: str) -> None:
    place.says("POST", TXT2IMG, {"images": [PIXEL], "info": info})
    job = await place.job()
    assert isinstance(job.last, JobCompleted)
    assert [output.seed for output in job.outputs] == [1]


async def test_what_a_server_calls_things_is_cleaned_before_it_is_shown(place: Place) -> None:
    info = {"all_seeds": [1], "sampler_name": f"Bad{UNSAFE}", "sd_model_name": f"Evil{UNSAFE}"}
    place.says("POST", TXT2IMG, {"images": [PIXEL], "info": json.dumps(info)})
    job = await place.job(sampler="Euler", checkpoint="tiny_b.safetensors")
    words = " ".join(note.message for note in job.of(JobNoted))
    assert "“Bad[2J”" in words
    assert not set(UNSAFE) - set("[2J") & set(words)
    place.says("GET", "/sdapi/v1/options", {"sd_model_checkpoint": f"a{UNSAFE}.ckpt"})
    place.says("GET", "/sdapi/v1/samplers", [{"name": f"S{UNSAFE}"}, {"name": 3}, 4])
    assert (await place.backend.connect()).model == "a[2J.ckpt"
    assert (await place.backend.catalog()).samplers == ("S[2J",)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"active": True, "live_preview": "data:image/png;base64,!!!", "id_live_preview": "x"},
        {"active": True, "queued": True, "textinfo": f"In queue: {'9' * 5000}/1"},
        {"queued": True, "textinfo": UNSAFE},
        {"queued": True, "textinfo": f"In queue: {'9' * 5000}/{'9' * 5000}"},
    ],
)
async def test_looks_that_bring_nonsense_do_no_harm(place: Place, answer: Any) -> None:
    place.says("POST", "/internal/progress", answer, times=3)
    assert isinstance((await place.job()).last, JobCompleted)


async def test_steps_that_make_no_sense_are_never_more_than_their_total(place: Place) -> None:
    state = {"job": "scripts_txt2img", "job_count": 1, "job_timestamp": "1"}
    senseless = {**state, "sampling_step": 900, "sampling_steps": 4, "job_no": 3}
    place.says("GET", "/sdapi/v1/progress", {"state": senseless}, times=2)
    job = await place.job(steps=20)
    assert isinstance(job.last, JobCompleted)
    assert all(0 <= event.step <= event.total for event in job.of(JobProgressed))


async def test_a_native_job_of_another_shape_is_an_error_in_words() -> None:
    async with serving(SdCppServer().app()) as url, fault_proxy(url) as proxy:
        proxy.on("POST", "/sdcpp/v1/img_gen", Answer(reply("202 Accepted", '{"id": 3, "status": "odd"}')))
        async with A1111Backend(at(proxy.url), pace=QUICK) as backend:
            with pytest.raises(ServerError, match="something unexpected"):
                await follow(backend, A1111Peer(proxy.url).request(seed=1)).over()
