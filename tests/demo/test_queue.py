"""Order, deletion, interruption and cancellation, seen by one and by two clients."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, listening
from tui.demo.server import EmbeddedEngine


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine whose jobs last until they are stopped."""
    async with EmbeddedEngine(tmp_path / "slow", step_delay=0.05) as engine:
        yield engine


def endless(seed: int = 1) -> dict[str, Any]:
    graph = recordings.graph("txt2img")
    graph["5"]["inputs"] |= {"width": 64, "height": 64}
    graph["3"]["inputs"] |= {"steps": 9999, "seed": seed}
    return graph


async def start(client: Listener) -> str:
    """Submit a job and wait until it samples."""
    prompt_id = await client.submit(endless(), prompt_id=str(uuid.uuid4()))
    await client.until_message("progress", prompt_id=prompt_id)
    return prompt_id


async def pending(client: Listener) -> list[str]:
    queue = await client.get("/queue")
    ordered = sorted(queue["queue_pending"], key=lambda item: (item[0], item[1]))
    return [item[1] for item in ordered]


async def test_jobs_run_by_number_and_front_goes_first(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        running = await start(client)
        usual = await client.submit(endless(2))
        early = await client.submit(endless(3), front=True)
        chosen = await client.submit(endless(4), number=-1000)

        assert await pending(client) == [chosen, early, usual]
        assert (await client.get("/prompt"))["exec_info"]["queue_remaining"] == 4
        await client.post("/interrupt", {"prompt_id": running})
        await client.until_message("execution_start", prompt_id=chosen)
        assert await pending(client) == [early, usual]


async def test_a_queue_item_is_the_recorded_five_list(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        await start(client)
        secret = {
            "auth_token_comfy_org": "x",
            "api_key_comfy_org": "y",
            "extra_pnginfo": {"workflow": {"id": "w"}},
        }
        await client.submit(endless(2), extra_data=secret)

        number, _id, graph, extra_data, outputs = (await client.get("/api/queue"))["queue_pending"][0]
        assert number == 1
        assert graph["3"]["class_type"] == "KSampler"
        assert extra_data.keys() == {"client_id", "create_time", "extra_pnginfo"}
        assert outputs == ["9"]


@pytest.mark.parametrize("name", ["jobs_one_running", "jobs_one_pending"])
async def test_a_job_that_is_not_over_has_the_recorded_keys(slow: EmbeddedEngine, name: str) -> None:
    async with listening(slow.url) as client:
        running = await start(client)
        extra = {"extra_pnginfo": {"workflow": {"id": "w"}}}
        waiting = await client.submit(endless(2), extra_data=extra)
        job = await client.get(f"/api/jobs/{running if 'running' in name else waiting}")
        recorded = recordings.exchange(name)[1]["body"]

        assert job.keys() == recorded.keys()
        assert job["status"] == recorded["status"]


async def test_a_deleted_job_leaves_no_trace(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        await start(client)
        deleted, kept = await client.submit(endless(2)), await client.submit(endless(3))
        await client.post("/queue", {"delete": [deleted, "unknown"]})

        assert await pending(client) == [kept]
        assert await client.get(f"/history/{deleted}") == {}
        async with client.http.get(f"{client.url}/api/jobs/{deleted}") as response:
            assert response.status == 404
        assert client.messages("execution_start") == [client.messages("execution_start")[0]]


async def test_clear_drops_what_waits_and_nothing_else(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        running = await start(client)
        await client.submit(endless(2))
        await client.post("/queue", {"clear": True})

        queue = await client.get("/queue")
        assert queue["queue_pending"] == []
        assert [item[1] for item in queue["queue_running"]] == [running]


async def test_an_interrupted_job_ends_as_recorded(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        prompt_id = await start(client)
        await client.post("/interrupt", {"prompt_id": prompt_id})
        history = await client.until_over(prompt_id)

        recorded = recordings.received("ws_interrupt_running")
        told = next(message["data"] for message in recorded if _is(message, "execution_interrupted"))
        ours = client.messages("execution_interrupted")[0]
        assert ours.keys() == told.keys()
        assert (ours["node_id"], ours["node_type"]) == (told["node_id"], told["node_type"])
        assert set(ours["executed"]) == set(told["executed"])
        assert history["status"]["status_str"] == "error"
        assert history["status"]["messages"][-1][0] == "execution_interrupted"
        assert (await client.get(f"/api/jobs/{prompt_id}"))["status"] == "cancelled"


async def test_interrupt_with_an_id_never_hits_another_clients_job(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as running, listening(slow.url) as other:
        first = await start(running)
        second = await other.submit(endless(2))
        await other.post("/interrupt", {"prompt_id": second})
        await other.post(f"/api/jobs/{second}/cancel")

        seen = len(running.messages("progress"))
        await running.until(lambda: len(running.messages("progress")) > seen + 2)
        assert running.messages("execution_interrupted") == []
        assert [item[1] for item in (await other.get("/queue"))["queue_running"]] == [first]
        assert await pending(other) == []


async def test_interrupt_without_an_id_hits_whatever_runs(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as running, listening(slow.url) as other:
        prompt_id = await start(running)
        async with other.http.post(f"{other.url}/interrupt") as response:
            assert response.status == 200

        await running.until_over(prompt_id)
        assert running.messages("execution_interrupted")[0]["prompt_id"] == prompt_id
        assert other.messages("execution_interrupted") == []


async def test_cancel_by_the_jobs_api_says_whether_it_hit(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        running = await start(client)
        waiting = await client.submit(endless(2))

        assert await client.post(f"/api/jobs/{waiting}/cancel") == {"cancelled": True}
        assert await client.post(f"/api/jobs/{waiting}/cancel") == {"cancelled": False}
        assert await client.post("/api/jobs/cancel", {"job_ids": [running]}) == {"cancelled": True}
        await client.until_over(running)
        assert await client.post(f"/api/jobs/{running}/cancel") == {"cancelled": False}
        async with client.http.post(
            f"{client.url}/api/jobs/cancel", json={"job_ids": ["nosuch"]}
        ) as response:
            assert response.status == 400
            assert await response.json() == recordings.exchange("jobs_cancel_batch_bad_id_400")[1]["body"]


async def test_an_idle_engine_shrugs_at_interrupt(client: Listener) -> None:
    await client.post("/interrupt")
    history = await client.run(recordings.graph("invert"))

    assert history["status"]["completed"]


async def test_the_log_is_the_witness_of_every_job(slow: EmbeddedEngine) -> None:
    async with listening(slow.url) as client:
        stopped = await start(client)
        await client.post("/interrupt")
        await client.until_over(stopped)
        graph = endless(2)
        graph["3"]["inputs"]["steps"] = 1
        done = await client.submit(graph)
        await client.until_over(done)
        graph["9"]["inputs"]["filename_prefix"] = "../outside"
        failed = await client.submit(graph)
        await client.until_over(failed)

        log = [json.loads(line) for line in (slow.folder / "engine.log.jsonl").read_text().splitlines()]
        ends = {line["prompt_id"]: line for line in log if line["event"] == "end"}
        assert {key: line["outcome"] for key, line in ends.items()} == {
            stopped: "interrupted",
            done: "success",
            failed: "error",
        }
        assert all(line["start"] <= line["end"] for line in ends.values())
        assert [line["prompt_id"] for line in log if line["event"] == "start"] == [stopped, done, failed]


async def test_history_keeps_order_and_can_be_cut(client: Listener) -> None:
    ids: list[str] = []
    for index in range(3):
        graph = recordings.graph("invert")
        graph["3"]["inputs"]["filename_prefix"] = f"h{index}"
        prompt_id = await client.submit(graph)
        await client.until_over(prompt_id)
        ids.append(prompt_id)

    assert list(await client.get("/history")) == ids
    assert list(await client.get("/history?max_items=2")) == ids[1:]
    assert list(await client.get("/history?max_items=1&offset=1")) == ids[1:2]
    assert await client.get(f"/history/{uuid.uuid4()}") == {}
    async with client.http.get(f"{client.url}/history?max_items=abc") as response:
        assert response.status == 500
    await client.post("/history", {"delete": [ids[0]]})
    assert list(await client.get("/history")) == ids[1:]
    await client.post("/history", {"clear": True})
    assert await client.get("/history") == {}


async def test_free_memory_makes_the_same_graph_run_again(client: Listener) -> None:
    first = await client.run(recordings.graph("invert"))
    await client.post("/free", {"unload_models": True, "free_memory": True})
    second = await client.run(recordings.graph("invert"))

    assert first["outputs"] != second["outputs"]
    async with client.http.post(f"{client.url}/free") as response:
        assert response.status == 500


async def test_an_input_that_was_overwritten_is_noticed(engine: EmbeddedEngine, client: Listener) -> None:
    first = await client.run(recordings.graph("invert"))
    mask = engine.folder / "input" / "mask.png"
    await asyncio.to_thread((engine.folder / "input" / "example.png").write_bytes, mask.read_bytes())
    second = await client.run(recordings.graph("invert"))

    assert first["outputs"] != second["outputs"]


def _is(message: Any, kind: str) -> bool:
    return isinstance(message, dict) and message["type"] == kind
