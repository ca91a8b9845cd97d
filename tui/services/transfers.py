"""A waiting job to another server: what of its request goes with it, and what does not."""

import asyncio
from dataclasses import dataclass, replace

from tui.domain.errors import InputError, ServerUnreachableError
from tui.domain.job import Job, JobId
from tui.domain.request import GenerationRequest
from tui.domain.text import one_line
from tui.services.catalog import CatalogService
from tui.services.connections import ConnectionsService
from tui.services.fitting import fitted
from tui.services.generation import GenerationService
from tui.services.workflow_files import builtin_templates
from tui.services.workflows import WorkflowsService

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What moving a job to a server would mean."""

    job_id: JobId
    server: str
    request: GenerationRequest | None = None
    """What the job would ask for there; None: the same as before."""

    losses: tuple[str, ...] = ()
    """What does not go with it, in sentences."""


class Transfers:
    """Brings a request to another server's form, as changing the server in the studio does."""

    def __init__(
        self,
        generation: GenerationService,
        workflows: WorkflowsService,
        connections: ConnectionsService,
        catalog: CatalogService,
    ) -> None:
        self._generation = generation
        self._workflows = workflows
        self._connections = connections
        self._catalog = catalog

    async def plan(self, job_id: JobId, server: str) -> Transfer:
        """What a move would mean; nothing is moved yet.

        Raises InputError where the job makes no sense on `server`, ServerError when that cannot be told.
        """
        job = await self._generation.find(job_id)
        if job.status.is_over or job.is_with_server:
            raise InputError(
                "This job waits no longer.", "Put its request into the form: there it can go to any server."
            )
        self._connections.image_backend(server)
        if server == job.server:
            raise InputError(f"The job waits for {server} already.")
        if self._is_alike(job, server):
            return await self._within_its_kind(job, server)
        return await self._mapped(job, server)

    async def carry_out(self, transfer: Transfer) -> None:
        """Move the job. Raises InputError when it waits no longer."""
        await self._generation.move(transfer.job_id, transfer.server, transfer.request)

    def _is_alike(self, job: Job, server: str) -> bool:
        kinds = {connection.server: connection.kind for connection in self._connections.connections}
        if job.server in kinds:
            return kinds[job.server] == kinds[server]
        # a server that nobody knows any more: graphs run wherever graphs do
        return job.request.plan is not None and self._catalog.capabilities(server).runs_graphs

    async def _within_its_kind(self, job: Job, server: str) -> Transfer:
        """As it is, where the other has all that it names; else with what the other has instead."""
        same = Transfer(job_id=job.id, server=server)
        try:
            if await _is_builtin(job):
                mapped = await self._mapped(job, server)
                return mapped if mapped.losses else same
            await self._check_nodes(job, server)
        except ServerUnreachableError:
            pass  # it waits for the server, which then has its say
        return same

    async def _mapped(self, job: Job, server: str) -> Transfer:
        if not await _is_builtin(job):
            raise InputError(
                f"{_title(job)} cannot go to another kind of server.", "Only the built-in workflows can."
            )
        request = await self._generation.request_as_sent(job.id)
        form = await self._workflows.form(server, request.workflow)
        fit = fitted(form, self._workflows.values_of(request), server)
        mapped = await self._workflows.request(server, request.workflow, fit.values)
        mapped = replace(mapped, notes=(*mapped.notes, *fit.losses))
        return Transfer(job_id=job.id, server=server, request=mapped, losses=fit.losses)

    async def _check_nodes(self, job: Job, server: str) -> None:
        nodes = await self._catalog.node_catalog(server)
        if nodes is None or job.request.plan is None:
            return
        needed = {str(node.get("class_type")) for node in job.request.plan.graph.values()}
        missing = sorted(one_line(name, 60) for name in needed - set(nodes.definitions))
        if missing:
            more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            raise InputError(
                f"{server} lacks nodes of {_title(job)}: {', '.join(missing[:_MOST_NAMED])}{more}.",
                "Install their pack there, or choose another server.",
            )


async def _is_builtin(job: Job) -> bool:
    return job.request.workflow in await asyncio.to_thread(builtin_templates)


def _title(job: Job) -> str:
    return f"“{one_line(job.request.workflow.rpartition('/')[2], 60)}”"
