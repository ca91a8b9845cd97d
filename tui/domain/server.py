"""A server as seen from outside: what it is, what it has, what it can do, whether it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tui.domain.request import FieldValue, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """What a server says of itself. Memory in bytes."""

    product: str
    """"ComfyUI", "Forge", "llama.cpp"…"""

    version: str = ""
    device: str = ""
    memory_total: int | None = None
    memory_free: int | None = None
    model: str = ""
    """The model it has loaded, where it tells."""

    sees_pictures: bool = False
    """Whether a language server's loaded model takes pictures."""

    note: str = ""
    """A state worth saying: "the queue is paused", "loading the model"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What a server has, by its own names; empty where it has none or does not tell."""

    checkpoints: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()
    schedulers: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    vaes: tuple[str, ...] = ()
    upscalers: tuple[str, ...] = ()
    controlnets: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The choices for fields that only this kind of server has, by field name."""

    defaults: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What the server itself takes for a field that is left alone, where it tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a server can do. A form shows only this."""

    tasks: frozenset[Task]
    fields: frozenset[str] = frozenset()
    """The standard fields it honours, by name (see `tui.domain.forms`); ignored where it runs graphs."""

    runs_graphs: bool = False
    has_step_progress: bool = True
    has_previews: bool = True
    can_cancel_running: bool = True
    can_cancel_waiting: bool = True
    keeps_results: bool = True
    """Whether it keeps what it made for whoever asks later; if not, that is lost with the one who asked."""

    missing: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Why something is not there, by task or field name: a sentence for the form."""


class ConnectionState(StrEnum):
    """How it stands between us and a server."""

    OFF = "off"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One server's indicator: state, what it said last, how fast it answered, and why it does not."""

    server: str
    kind: str
    state: ConnectionState = ConnectionState.OFF
    status: ServerStatus | None = None
    latency: float | None = None
    """Seconds that the last check took."""

    error_title: str = ""
    error_advice: str = ""
    reached_at: float | None = None
    """When it last answered, in seconds since the epoch."""
