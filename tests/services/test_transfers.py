"""A waiting job to a server of another kind: what goes along, what is said, and that it is made there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from tests.support.peers import open_peer
from tui.domain.errors import InputError
from tui.domain.job import JobId, JobStatus
from tui.domain.request import FieldValue, GenerationRequest, GraphPlan
from tui.services.bundle import Services, open_services

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Scene:
    """Two servers and the program in front of them; the first one's queue is held back."""

    services: Services
    source: str
    target: str

    async def waiting(self, **values: FieldValue) -> JobId:
        """A job that waits here for the first."""
        given = {"prompt": "a fox", "steps": 4, "seed": 7, **values}
        request = await self.services.workflows.request(self.source, "txt2img_default", given)
        return (await self.services.generation.submit(self.source, request, wait_for_server=True)).id


@asynccontextmanager
async def servers(source: str, target: str) -> AsyncGenerator[Scene]:
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(open_peer(name)) for name in (source, target)]
        services = await stack.enter_async_context(open_services())
        names = ("here", "there")
        for name, peer in zip(names, peers, strict=True):
            services.connections.add(replace(peer.settings, name=name, is_enabled=True))
            await services.connections.check(name)
        await services.generation.pause("here")
        yield Scene(services, *names)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("comfyui", "a1111"),
        ("comfyui", "a1111 sdcpp"),
        ("comfyui", "invokeai"),
        ("comfyui", "fooocus"),
        ("a1111", "comfyui"),
        ("invokeai", "comfyui"),
        ("fooocus", "comfyui"),
    ],
)
async def test_a_waiting_job_moves_to_another_kind_of_server_and_is_made_there(source: str, target: str):
    async with servers(source, target) as it:
        job_id = await it.waiting()
        before = (await it.services.generation.find(job_id)).request
        transfer = await it.services.transfers.plan(job_id, it.target)
        await it.services.transfers.carry_out(transfer)
        async with asyncio.timeout(SECONDS):
            job = await it.services.generation.wait(job_id)
        assert (job.status, job.server) == (JobStatus.COMPLETED, it.target), job
        assert (job.request.prompt, job.request.seed) == (before.prompt, before.seed)
        assert (job.request.plan is not None) == (target == "comfyui")
        assert set(transfer.losses) <= set(job.request.notes)
        assert job.outputs


async def test_what_the_other_server_does_not_have_is_said_before_anything_is_moved():
    async with servers("comfyui", "a1111") as it:
        job_id = await it.waiting(scheduler="beta")
        transfer = await it.services.transfers.plan(job_id, it.target)
        said = " ".join(transfer.losses)
        assert "Checkpoint “procedural-painter.safetensors” is not there" in said
        assert "Scheduler “beta” is not there" in said
        assert (await it.services.generation.find(job_id)).server == it.source


async def test_a_graph_of_the_persons_own_does_not_go_to_a_server_that_runs_none():
    async with servers("comfyui", "a1111") as it:
        job_id = await it.waiting()
        request = (await it.services.generation.find(job_id)).request
        await it.services.generation.edit(job_id, replace(request, workflow="/home/me/my own.json"))
        with pytest.raises(InputError, match=r"“my own\.json” cannot go to another kind of server"):
            await it.services.transfers.plan(job_id, it.target)


async def test_a_graph_goes_to_another_server_of_its_kind_as_it_is_unless_nodes_are_missing():
    async with servers("comfyui", "comfyui") as it:
        job_id = await it.waiting()
        request = replace((await it.services.generation.find(job_id)).request, workflow="/my own.json")
        await it.services.generation.edit(job_id, request)
        assert (await it.services.transfers.plan(job_id, it.target)).request is None
        strange = GraphPlan(graph={"1": {"class_type": "NodeOfAPack", "inputs": {}}})
        await it.services.generation.edit(job_id, replace(request, plan=strange))
        with pytest.raises(InputError, match=r"lacks nodes of “my own\.json”: NodeOfAPack"):
            await it.services.transfers.plan(job_id, it.target)


async def test_a_job_that_waits_no_longer_or_is_there_already_is_not_moved():
    async with servers("comfyui", "a1111") as it:
        job_id = await it.waiting()
        with pytest.raises(InputError, match="waits for here already"):
            await it.services.transfers.plan(job_id, it.source)
        with pytest.raises(InputError, match="no server"):
            await it.services.transfers.plan(job_id, "nowhere")
        await it.services.generation.cancel(job_id)
        with pytest.raises(InputError, match="waits no longer"):
            await it.services.transfers.plan(job_id, it.target)


async def test_a_job_that_went_out_meanwhile_keeps_its_request():
    async with servers("comfyui", "a1111") as it:
        job_id = await it.waiting()
        transfer = await it.services.transfers.plan(job_id, it.target)
        await it.services.generation.resume(it.source)
        async with asyncio.timeout(SECONDS):
            done = await it.services.generation.wait(job_id)
        with pytest.raises(InputError, match="waits no longer"):
            await it.services.transfers.carry_out(transfer)
        assert (await it.services.generation.find(job_id)).request == done.request
        assert isinstance(done.request, GenerationRequest)
