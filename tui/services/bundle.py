"""All services of one run, opened in the right order and closed in the reverse."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tui.services.catalog import CatalogService
from tui.services.connections import ConnectionsService
from tui.services.engine import EngineService
from tui.services.generation import GenerationService
from tui.services.handover import HandoverService
from tui.services.hooks import Hooks
from tui.services.pictures import PicturesService
from tui.services.results import ResultsService
from tui.services.settings import SettingsService
from tui.services.state import StateService
from tui.services.workflows import WorkflowsService
from tui.storage.paths import Paths, default_paths

if TYPE_CHECKING:
    from tui.services.prompts import PromptsService
    from tui.services.transfers import Transfers


@dataclass(frozen=True, kw_only=True)  # without slots, which leave a cached property no place
class Services:
    """What the studio and the command line talk to."""

    settings: SettingsService
    state: StateService
    connections: ConnectionsService
    catalog: CatalogService
    workflows: WorkflowsService
    pictures: PicturesService
    results: ResultsService
    generation: GenerationService
    engine: EngineService
    handover: HandoverService
    hooks: Hooks

    @cached_property
    def prompts(self) -> "PromptsService":
        """Help with prompts."""
        from tui.services.prompts import PromptsService  # 10 ms of a command that needs none

        return PromptsService(self.settings, self.connections, self.pictures, self.handover)

    @cached_property
    def transfers(self) -> "Transfers":
        """Waiting jobs to other servers."""
        from tui.services.transfers import Transfers  # a command that moves nothing has no use for it

        return Transfers(self.generation, self.workflows, self.connections, self.catalog)


@asynccontextmanager
async def open_services(paths: Paths | None = None, *, watches: bool = True) -> AsyncGenerator[Services]:
    """The services of one profile; nothing is asked of any server that is not switched on.

    `watches` keeps every server's indicator current in the background; a single command does without.
    """
    paths = paths or default_paths()
    settings = SettingsService(paths)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(EngineService())
        connections = await stack.enter_async_context(ConnectionsService(settings, watches=watches))
        handover = await stack.enter_async_context(HandoverService(settings, connections))
        hooks = await stack.enter_async_context(Hooks(settings))
        catalog = CatalogService(connections)
        results = ResultsService(settings, paths.cache / "previews")
        pictures = PicturesService()
        generation = await stack.enter_async_context(
            GenerationService(
                settings,
                connections,
                results,
                paths.journal,
                works_queue=watches,
                before_job=handover.before_job,
                after_job=hooks.job_ended,
            )
        )
        yield Services(
            settings=settings,
            state=StateService(paths),
            connections=connections,
            catalog=catalog,
            workflows=WorkflowsService(settings, catalog, None if watches else catalog.node_classes),
            pictures=pictures,
            results=results,
            generation=generation,
            engine=engine,
            handover=handover,
            hooks=hooks,
        )
