"""What a graph server declares about its nodes, handed on unread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeCatalog:
    """The decoded `/object_info` of one server version: `{class_type: {"input": …, "output": …}}`.

    Treat it as frozen. `version` tells two servers' (or one upgraded server's) definitions apart.
    """

    definitions: Mapping[str, Any]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerWorkflow:
    """A workflow that lies on a server, before it is fetched. All texts come cleaned."""

    name: str
    """By which the server gives it out: "templates/…", "packs/…", "saved/…"."""

    title: str
    description: str = ""
    category: str = ""
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class MissingNode:
    """A node class that the server lacks."""

    class_type: str
    titles: tuple[str, ...]
    """The nodes of that class."""

    pack: str = ""
    """The node pack that brings it, where the workflow says so: a registry id or "owner/name" on GitHub."""

    @property
    def sentence(self) -> str:
        """It in words."""
        named = self.titles != (self.class_type,)
        where = f" (“{'”, “'.join(self.titles[:5])}”)" if named and self.titles else ""
        advice = (
            f"Install the node pack “{self.pack}” that brings it."
            if self.pack
            else "Update ComfyUI, or install the node pack that brings it."
        )
        return f"This server has no node “{self.class_type}”{where}. {advice}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingModel:
    """A model that a workflow names and the server lacks."""

    name: str
    field: str
    """The label of the field that names it."""

    folder: str = ""
    """Where it belongs below `models`, where the workflow says so."""

    url: str = ""
    """Where it can be had, where the workflow says so."""

    nearest: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """It in words."""
        like = f" The nearest it has: {', '.join(self.nearest)}." if self.nearest else ""
        folder = f" It belongs into models/{self.folder}." if self.folder else ""
        return f"{self.field}: “{self.name}” is not on this server.{like}{folder}"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a workflow needs that a server does not have."""

    missing_nodes: tuple[MissingNode, ...] = ()
    missing_models: tuple[MissingModel, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing_nodes and not self.missing_models

    @property
    def packs(self) -> tuple[str, ...]:
        """The node packs to install, as far as they are known."""
        return tuple(dict.fromkeys(node.pack for node in self.missing_nodes if node.pack))

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in words."""
        return tuple(item.sentence for item in (*self.missing_nodes, *self.missing_models))
