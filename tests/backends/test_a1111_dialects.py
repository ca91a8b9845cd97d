"""What Forge, reForge and SD.Next do otherwise, held against small servers that do as the real ones did."""

from collections.abc import AsyncIterator

import pytest

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_server import serving
from tests.support.forge_server import ForgeServer
from tests.support.job_events import follow
from tui.backends.a1111 import A1111Backend
from tui.domain.events import JobCompleted, JobFailed


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
