"""Stand-ins for the services that the workflows service asks: settings, and what servers have."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui.domain.errors import NotFoundError
from tui.domain.request import FieldValue, GenerationRequest, Task
from tui.domain.server import Capabilities, Catalog
from tui.domain.settings import GenerationDefaults, ServerKind, ServerSettings, Settings
from tui.domain.workflow import NodeCatalog, ServerWorkflow
from tui.services.workflows import WorkflowsService
from tui.storage.paths import Paths

SERVER = "box"


@dataclass
class FixedSettings:
    """Settings that a test sets."""

    current: Settings
    paths: Paths

    def set_defaults(self, **values: object) -> None:
        """Defaults of the one server."""
        server = replace(self.current.servers[0], defaults=replace(GenerationDefaults(), **values))
        self.current = replace(self.current, servers=(server,))


@dataclass
class FixedCatalogs:
    """One server that never changes."""

    abilities: Capabilities
    has: Catalog = field(default_factory=Catalog)
    nodes: NodeCatalog | None = None
    later: NodeCatalog | None = None
    lying: dict[str, bytes] = field(default_factory=dict[str, bytes])
    forgotten: int = 0

    async def catalog(self, server: str) -> Catalog:
        """What the test gave."""
        return self.has

    async def node_catalog(self, server: str) -> NodeCatalog | None:
        """What the test gave."""
        return self.nodes

    async def workflows(self, server: str) -> tuple[ServerWorkflow, ...]:
        """What the test gave."""
        return tuple(ServerWorkflow(name=name, title=name) for name in self.lying)

    async def workflow(self, server: str, name: str) -> bytes:
        """What the test gave."""
        return self.lying[name]

    async def workflow_picture(self, server: str, name: str) -> bytes:
        """None."""
        raise NotFoundError("There is no picture.")

    def forget(self, server: str) -> None:
        """Count, and have what the test gave for the next look."""
        self.forgotten += 1
        self.nodes = self.later or self.nodes

    def capabilities(self, server: str) -> Capabilities:
        """What the test gave."""
        return self.abilities


def settings_in(folder: Path) -> FixedSettings:
    """Settings with one server, and all folders in the test's own."""
    server = ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url="http://127.0.0.1:1", is_enabled=True)
    paths = Paths(
        config=folder / "config",
        data=folder / "data",
        state=folder / "state",
        cache=folder / "cache",
        pictures=folder / "pictures",
    )
    return FixedSettings(Settings(servers=(server,), pictures_folder=str(paths.pictures)), paths)


def graph_workflows(folder: Path, info: dict[str, object]) -> WorkflowsService:
    """The service on a server that runs graphs with these node definitions."""
    abilities = Capabilities(tasks=frozenset(Task), runs_graphs=True)
    return WorkflowsService(settings_in(folder), FixedCatalogs(abilities, nodes=NodeCatalog(info, "1")))


async def request(workflows: WorkflowsService, name: str, **values: FieldValue) -> GenerationRequest:
    """A request of that workflow on the one server."""
    return await workflows.request(SERVER, name, values)


def inputs(made: GenerationRequest, node_id: str) -> dict[str, Any]:
    """What a node of the request's graph is given."""
    assert made.plan is not None
    return made.plan.graph[node_id]["inputs"]
