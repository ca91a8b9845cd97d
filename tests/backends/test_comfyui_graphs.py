"""Every recorded graph through the backend, on the embedded engine and on a real ComfyUI."""

import os
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.support.comfyui_peer import ComfyUIPeer, open_peer
from tests.support.comfyui_recordings import FOLDER
from tests.support.job_events import Followed, fetched, follow
from tui.backends.comfyui import ComfyUIBackend
from tui.domain.errors import RequestRejectedError
from tui.domain.events import JobCompleted, JobFailed, JobNoted
from tui.domain.request import GenerationRequest, GraphPlan, PictureInput, Upload

LIVE = os.environ.get("LATENTUI_LIVE_COMFYUI")
GRAPHS = sorted(path.stem for path in (FOLDER / "graphs").glob("*.json"))


@pytest.fixture(params=["engine", pytest.param("live", marks=pytest.mark.live)])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[ComfyUIPeer]:
    """Both servers."""
    if request.param == "live" and not LIVE:
        pytest.skip("LATENTUI_LIVE_COMFYUI is not set")
    async with open_peer(LIVE if request.param == "live" else None) as running:
        yield running


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The inputs that the graphs name."""
    example = Image.linear_gradient("L").resize((128, 128))
    picture = Image.merge("RGB", (example, example.rotate(90), example.rotate(180)))
    picture.save(tmp_path / "example.png")
    mask = Image.new("L", (128, 128))
    ImageDraw.Draw(mask).ellipse((32, 32, 96, 96), fill=255)
    mask.convert("RGB").save(tmp_path / "mask.png")
    picture.putalpha(mask.point([255] + [0] * 255))
    picture.save(tmp_path / "masked.png")
    return tmp_path


def request_for(peer: ComfyUIPeer, name: str, pictures: Path) -> GenerationRequest:
    graph = peer.graph(name, seed=random.randrange(2**31), filename_prefix=f"test_{name}")
    if name == "fails_at_save":
        graph = peer.graph(name, seed=random.randrange(2**31))
    uploads = [
        Upload(node_id, "image", PictureInput(str(pictures / node["inputs"]["image"])))
        for node_id, node in graph.items()
        if node["class_type"].startswith("LoadImage")
    ]
    return GenerationRequest(plan=GraphPlan(graph=graph, uploads=tuple(uploads), canvas={"nodes": []}))


async def has_node(backend: ComfyUIBackend, class_type: str) -> bool:
    catalog = await backend.node_catalog()
    return class_type in catalog.definitions


async def made(backend: ComfyUIBackend, job: Followed) -> list[tuple[int, int]]:
    sizes: list[tuple[int, int]] = []
    for output in job.outputs:
        with Image.open(BytesIO(await fetched(backend, output))) as picture:
            sizes.append(picture.size)
    return sizes


@pytest.mark.parametrize("name", GRAPHS)
async def test_a_recorded_graph_runs(peer: ComfyUIPeer, name: str, pictures: Path) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        if name == "save_image_websocket" and not await backend._api.definition("SaveImageWebsocket"):
            pytest.skip("the server does not have that node")
        job = follow(backend, request_for(peer, name, pictures))
        await job.over(seconds=100)
        if name == "fails_at_save":
            assert isinstance(job.last, JobFailed)
            assert "outside the output folder" in job.last.title
            return
        assert isinstance(job.last, JobCompleted)
        assert await made(backend, job)
        assert not job.of(JobNoted)


async def test_a_canvas_travels_inside_the_picture(peer: ComfyUIPeer, pictures: Path) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        job = follow(backend, request_for(peer, "invert", pictures))
        await job.over()
        with Image.open(BytesIO(await fetched(backend, job.outputs[0]))) as picture:
            assert picture.info["workflow"] == '{"nodes": []}'
            assert "LoadImage" in picture.info["prompt"]


async def test_the_graph_of_the_request_is_left_as_it_was(peer: ComfyUIPeer, pictures: Path) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        request = request_for(peer, "invert", pictures)
        await follow(backend, request).over()
        assert request.plan
        assert request.plan.graph["1"]["inputs"]["image"] == "example.png"


async def test_both_kinds_of_output_are_told_apart(peer: ComfyUIPeer, pictures: Path) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        shown = follow(backend, request_for(peer, "invert_preview", pictures))
        await shown.over()
        assert [output.is_temporary for output in shown.outputs] == [True]
        saved = follow(backend, request_for(peer, "invert", pictures))
        await saved.over()
        assert [output.is_temporary for output in saved.outputs] == [False]


async def test_an_output_left_out_is_said_and_the_other_is_made(peer: ComfyUIPeer, pictures: Path) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        whole = request_for(peer, "two_outputs", pictures)
        assert whole.plan
        graph = dict(whole.plan.graph)
        scale = next(node for node in graph.values() if node["class_type"] == "ImageScale")
        scale["inputs"]["width"] = -5
        job = follow(backend, replace(whole, plan=replace(whole.plan, graph=graph)))
        await job.over()
        assert isinstance(job.last, JobCompleted)
        assert "Left out: “ImageScale”: width is -5, and must be at least 0." in job.of(JobNoted)[0].message
        assert len(job.outputs) == 1


async def test_a_value_on_no_list_is_answered_with_the_nearest(peer: ComfyUIPeer) -> None:
    async with ComfyUIBackend(peer.settings) as backend:
        with pytest.raises(RequestRejectedError) as caught:
            await follow(backend, peer.rejected_request()).over()
        assert caught.value.title == "“KSampler”: sampler_name is “eulr”, which the server does not have."
        assert caught.value.advice.startswith("Did you mean “euler”? It has euler, ")
        assert caught.value.advice.endswith(" more.")
