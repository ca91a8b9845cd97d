"""Starting, stopping, and what outlives the engine; the routes that say what it is."""

import asyncio
import queue
import shutil
import threading
from pathlib import Path

import aiohttp
import pytest

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, images, listening
from tui.demo.definitions import definitions
from tui.demo.nodes.registry import implemented
from tui.demo.server import EmbeddedEngine, serve

NAME = "embedded engine, procedural pictures"


async def test_it_says_that_it_is_no_model(client: Listener) -> None:
    stats = await client.get("/api/system_stats")
    recorded = recordings.exchange("system_stats")[1]["body"]

    assert stats.keys() == recorded.keys()
    assert stats["devices"][0].keys() == recorded["devices"][0].keys()
    assert stats["devices"][0]["name"] == NAME
    assert [int(part) for part in stats["system"]["comfyui_version"].split("-")[0].split(".")] == [0, 33, 0]


async def test_everything_it_declares_it_can_do() -> None:
    assert implemented() == set(definitions())


async def test_object_info_has_the_real_shape(client: Listener, engine: EmbeddedEngine) -> None:
    info = await client.get("/object_info")
    assert (await client.get("/object_info/NoSuch")) == {}
    assert (await client.get("/object_info/KSampler")) == {"KSampler": info["KSampler"]}
    assert info["LoadImage"]["input"]["required"]["image"][0] == [
        "example.png",
        "mask.png",
        "masked.png",
        "notimg.png",
    ]
    for name, definition in info.items():
        assert definition["name"] == name
        for section, names in definition["input_order"].items():
            assert list(definition["input"][section]) == names
        assert len(definition["output"]) == len(definition["output_name"])


async def test_the_lists_of_models_agree_with_the_forms(client: Listener) -> None:
    info = await client.get("/object_info")
    for folder, class_type, name in (
        ("checkpoints", "CheckpointLoaderSimple", "ckpt_name"),
        ("loras", "LoraLoader", "lora_name"),
        ("controlnet", "ControlNetLoader", "control_net_name"),
        ("vae", "VAELoader", "vae_name"),
    ):
        assert folder in await client.get("/models")
        names = await client.get(f"/models/{folder}")
        assert names == info[class_type]["input"]["required"][name][0] != []
    upscalers = info["UpscaleModelLoader"]["input"]["required"]["model_name"]
    assert upscalers == ["COMBO", {"multiselect": False, "options": ["procedural-2x.safetensors"]}]
    async with client.http.get(f"{client.url}/models/nosuch") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/embeddings",
        "/workflow_templates",
        "/templates/index.json",
        "/users",
        "/settings",
        "/experiment/models/loras",
    ],
)
async def test_small_routes_answer_under_both_prefixes(client: Listener, path: str) -> None:
    assert await client.get(path) == await client.get(f"/api{path}")


@pytest.mark.parametrize(
    "name",
    [
        "unknown_path_404",
        "unknown_path_post_405",
        "origin_mismatch_403",
        "sec_fetch_cross_site_403",
        "assets_disabled_503",
    ],
)
async def test_what_is_refused_is_refused_as_recorded(client: Listener, name: str) -> None:
    request, expected = recordings.exchange(name)
    headers = request.get("headers", {})
    async with client.http.request(
        request["method"], f"{client.url}{request['path']}", headers=headers
    ) as response:
        assert response.status == expected["status"]
        if expected["body"] == "":
            assert await response.text() == ""


async def test_head_is_answered_where_get_is(client: Listener) -> None:
    async with client.http.head(f"{client.url}/system_stats") as response:
        assert response.status == 200
        assert response.content_type == "application/json"


async def test_its_own_page_may_talk_to_it(client: Listener) -> None:
    async with client.http.get(f"{client.url}/queue", headers={"Origin": client.url}) as response:
        assert response.status == 200


async def test_with_a_folder_pictures_outlive_it_and_previews_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for expected in ("txt2img_00001_.png", "txt2img_00002_.png"):
        async with EmbeddedEngine(folder, step_delay=0) as engine, listening(engine.url) as client:
            assert list((folder / "temp").iterdir()) == []
            graph = recordings.graph("txt2img")
            graph["10"] = {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}}
            entry = await client.run(graph)
            assert {image["type"] for image in images(entry)} == {"output", "temp"}
            assert entry["outputs"]["9"]["images"][0]["filename"] == expected
            assert list(await client.get("/history")) == list(await client.get("/history?max_items=1"))


async def test_without_a_folder_nothing_stays() -> None:
    async with EmbeddedEngine(step_delay=0) as engine:
        folder = engine.folder
        assert folder.is_dir()

    assert not folder.exists()


async def test_closing_in_the_middle_of_a_job_is_quick_and_told(tmp_path: Path) -> None:
    graph = recordings.graph("txt2img")
    graph["3"]["inputs"]["steps"] = 9999
    engine = EmbeddedEngine(tmp_path / "engine", step_delay=0.05)
    await engine.__aenter__()
    async with listening(engine.url) as client:
        await client.submit(graph)
        await client.until_message("progress")
        async with asyncio.timeout(5):
            await engine.__aexit__(None, None, None)
        await client.until(lambda: client.is_closed)
        assert client.messages("execution_interrupted") == []

    log = (tmp_path / "engine" / "engine.log.jsonl").read_text()
    assert '"outcome": "lost"' in log


async def test_serve_says_where_it_is_and_ends_when_cancelled(tmp_path: Path) -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(0, tmp_path / "served", ready=ready.set_result))
    url = await asyncio.wait_for(ready, 10)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/system_stats") as response:
            assert response.status == 200
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(f"{url}/system_stats")


async def test_a_port_that_is_taken_is_an_error(engine: EmbeddedEngine) -> None:
    port = int(engine.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        async with EmbeddedEngine(port=port):
            pass


async def test_it_runs_in_a_thread_of_its_own(tmp_path: Path) -> None:
    """As the studio runs it: the studio's loop has nothing to do with the engine's."""
    started: queue.Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def live() -> None:
        async with EmbeddedEngine(tmp_path / "threaded", step_delay=0) as engine:
            stop = asyncio.Event()
            started.put((engine.url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    url, loop, stop = await asyncio.to_thread(started.get, timeout=10)
    async with listening(url) as client:
        entry = await client.run(recordings.graph("txt2img"))
        assert entry["status"]["completed"]
    loop.call_soon_threadsafe(stop.set)
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()


async def test_a_job_of_a_strange_client_id_runs_for_nobody(client: Listener) -> None:
    answer = await client.post("/prompt", {"prompt": recordings.graph("invert"), "client_id": ["x"]})
    await client.run(recordings.graph("txt2img"))

    assert (await client.get(f"/history/{answer['prompt_id']}"))[answer["prompt_id"]]["status"]["completed"]


async def test_a_folder_that_vanishes_is_made_again(client: Listener, engine: EmbeddedEngine) -> None:
    await asyncio.to_thread(shutil.rmtree, engine.folder)
    assert (await client.get("/object_info/LoadImage"))["LoadImage"]["input"]["required"]["image"][0] == []
    entry = await client.run(recordings.graph("txt2img"))

    assert entry["status"]["completed"]
