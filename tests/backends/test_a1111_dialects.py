"""What Forge, reForge and SD.Next do otherwise, held against small servers that do as the real ones did."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_server import serving
from tests.support.forge_server import ForgeServer
from tests.support.job_events import follow
from tests.support.sdnext_server import SdNextServer
from tests.support.waiting import until
from tui.backends.a1111 import A1111Backend
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobQueued,
    JobStarted,
    PreviewReceived,
)


@pytest.fixture
async def forge() -> AsyncIterator[tuple[ForgeServer, A1111Backend]]:
    server = ForgeServer()
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        yield server, backend


async def test_a_forge_that_fails_at_its_flags_and_hangs_up_is_connected_all_the_same(
    forge: tuple[ForgeServer, A1111Backend],
) -> None:
    _, backend = forge
    for _ in range(5):  # the race between its hanging up and our next request was lost about every third time
        assert (await backend.connect()).product == "Forge"
        await backend.disconnect()


async def test_frozen_settings_are_read_from_forges_failure_to_list_its_flags(
    forge: tuple[ForgeServer, A1111Backend],
) -> None:
    server, backend = forge
    server.flags["freeze_settings"] = True
    await backend.connect()
    assert "frozen" in backend.capabilities.missing["checkpoint"]


async def test_forge_keeps_its_preview_interval_since_nothing_tells_whether_it_would_be_restored(
    forge: tuple[ForgeServer, A1111Backend],
) -> None:
    server, backend = forge
    del server.options["show_progress_every_n_steps"]  # never saved: what is overridden stays
    job = follow(backend, A1111Peer(backend.settings.url).request(seed=1))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert "override_settings" not in server.bodies[0]
    assert "show_progress_every_n_steps" not in server.options


async def test_forges_own_words_for_a_failed_job_are_read(forge: tuple[ForgeServer, A1111Backend]) -> None:
    _, backend = forge
    job = follow(backend, A1111Peer(backend.settings.url).rejected_request())
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert "cannot work with these values" in job.last.title


async def test_what_a_starting_server_lacks_is_found_once_it_is_there_though_its_list_stays_as_it_was(
    forge: tuple[ForgeServer, A1111Backend],
) -> None:
    server, backend = forge
    server.unready = {"/sdapi/v1/loras", "/sdapi/v1/extra-single-image"}
    await backend.connect()
    assert {"loras", "upscaler"} <= backend.capabilities.missing.keys()
    server.unready = set()
    await backend.status()
    assert not {"loras", "upscaler"} & backend.capabilities.missing.keys()
    assert (await backend.catalog()).loras


@pytest.fixture
async def sdnext() -> AsyncIterator[tuple[SdNextServer, A1111Backend]]:
    server = SdNextServer()
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        yield server, backend


async def test_the_parts_of_a_job_on_sdnext_are_one_job_with_the_steps_of_its_sampling(
    sdnext: tuple[SdNextServer, A1111Backend],
) -> None:
    server, backend = sdnext
    server.step_seconds = 0.05
    job = follow(backend, A1111Peer(backend.settings.url).request(seed=1, steps=12))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(JobStarted)) == 1
    assert {event.total for event in job.of(JobProgressed)} == {12}
    assert job.of(PreviewReceived)


async def test_a_cancelled_job_is_interrupted_while_it_samples_and_the_next_one_is_not(
    sdnext: tuple[SdNextServer, A1111Backend],
) -> None:
    server, backend = sdnext
    server.step_seconds = 0.05
    peer = A1111Peer(backend.settings.url)
    job = follow(backend, peer.request(seed=1, steps=200, prompt="ours"))
    await job.until(JobProgressed)
    async with A1111Backend(at(backend.settings.url), pace=QUICK) as other:
        theirs = follow(other, peer.request(seed=2, steps=4, prompt="theirs"))
        await backend.cancel(job.id)
        await job.over()
        await theirs.over()
    assert isinstance(job.last, JobCancelled)
    assert isinstance(theirs.last, JobCompleted)
    assert server.hits == ["ours"]


async def test_a_job_of_somebody_else_between_two_parts_is_not_taken_for_idleness(
    sdnext: tuple[SdNextServer, A1111Backend],
) -> None:
    server, backend = sdnext
    server.step_seconds, server.waits_in_gap_for_look = 0.05, True
    peer = A1111Peer(backend.settings.url)
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"prompt": "theirs", "steps": 12}
        theirs = asyncio.create_task(client.post(f"{backend.settings.url}/sdapi/v1/txt2img", json=body))
        await until(lambda: server.state["id"] == "" and not server.looked.is_set())
        job = follow(backend, peer.request(seed=1, steps=12, prompt="ours"))
        await job.until(JobQueued)
        await backend.cancel(job.id)
        await job.over()
        assert (await theirs).status_code == 200
    assert isinstance(job.last, JobCancelled)
    assert server.hits == []


async def test_a_checkpoint_that_sdnext_passed_over_is_told_by_its_infotext(
    sdnext: tuple[SdNextServer, A1111Backend],
) -> None:
    _, backend = sdnext
    peer = A1111Peer(backend.settings.url)
    job = follow(backend, peer.request(seed=1, checkpoint="nope"))
    await job.over()
    assert any("“tiny_a” in place of “nope”" in note.message for note in job.of(JobNoted))


async def test_where_no_checkpoint_was_ever_chosen_the_one_asked_for_is_loaded_and_that_is_said(
    sdnext: tuple[SdNextServer, A1111Backend],
) -> None:
    server, backend = sdnext
    server.options.clear()
    peer = A1111Peer(backend.settings.url)
    without = follow(backend, peer.request(seed=1))
    await without.over()
    assert isinstance(without.last, JobFailed)
    assert "no model loaded" in without.last.advice
    job = follow(backend, peer.request(seed=1, checkpoint="tiny_b.safetensors"))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert server.options == {"sd_model_checkpoint": "tiny_b.safetensors"}
    assert any("is loaded now" in note.message for note in job.of(JobNoted))
