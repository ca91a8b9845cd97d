"""`/api/jobs` against recorded answers."""

from typing import Any

import pytest

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener


@pytest.mark.parametrize(
    ("name", "graph"), [("jobs_one_completed", "txt2img"), ("jobs_one_failed", "txt2img")]
)
async def test_a_job_that_is_over_has_the_recorded_keys(client: Listener, name: str, graph: str) -> None:
    posted = recordings.graph(graph)
    if name == "jobs_one_failed":
        posted["9"]["inputs"]["filename_prefix"] = "../outside"
    extra: dict[str, Any] = {"extra_pnginfo": {"workflow": {"id": "w1"}}} if "completed" in name else {}
    prompt_id = await client.submit(posted, extra_data=extra)
    await client.until_over(prompt_id)

    job = await client.get(f"/api/jobs/{prompt_id}")
    recorded = recordings.exchange(name)[1]["body"]
    assert job.keys() == recorded.keys()
    assert job["status"] == recorded["status"]
    assert job["outputs"].keys() == recorded["outputs"].keys()
    assert job["workflow"].keys() == recorded["workflow"].keys()


async def test_the_list_is_filtered_sorted_and_cut(client: Listener) -> None:
    ids: list[str] = []
    for index in range(3):
        graph = recordings.graph("invert")
        graph["3"]["inputs"]["filename_prefix"] = f"j{index}" if index != 1 else "../outside"
        ids.append(await client.submit(graph))
        await client.until_over(ids[-1])

    assert await _listed(client, "") == ids[::-1]
    assert await _listed(client, "?sort_order=asc&limit=2") == ids[:2]
    assert await _listed(client, "?status=failed") == ids[1:2]
    assert await _listed(client, "?status=pending,in_progress") == []
    page = await client.get("/api/jobs?limit=1&offset=1&sort_order=asc")
    assert page["pagination"] == {"offset": 1, "limit": 1, "total": 3, "has_more": True}
    assert len(await _listed(client, "?sort_by=execution_duration")) == 3


@pytest.mark.parametrize("name", ["jobs_bad_limit_400", "jobs_bad_status_400", "jobs_unknown_404"])
async def test_a_bad_question_gets_the_recorded_answer(client: Listener, name: str) -> None:
    request, expected = recordings.exchange(name)
    async with client.http.get(f"{client.url}{request['path']}") as response:
        assert response.status == expected["status"]
        assert await response.json() == expected["body"]


@pytest.mark.parametrize("extra_pnginfo", [None, {"workflow": None}, {"workflow": "text"}])
async def test_a_strange_workflow_poisons_nothing(client: Listener, extra_pnginfo: Any) -> None:
    prompt_id = await client.submit(recordings.graph("txt2img"), extra_data={"extra_pnginfo": extra_pnginfo})
    await client.until_over(prompt_id)

    assert await _listed(client, "") == [prompt_id]


async def _listed(client: Listener, query: str) -> list[str]:
    return [job["id"] for job in (await client.get(f"/api/jobs{query}"))["jobs"]]
