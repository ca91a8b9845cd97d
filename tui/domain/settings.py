"""What a person has set: servers and defaults, as values."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ServerKind(StrEnum):
    """The kinds of server there is a backend for."""

    COMFYUI = "comfyui"
    A1111 = "a1111"
    INVOKEAI = "invokeai"
    FOOOCUS = "fooocus"
    LMSTUDIO = "lmstudio"

    @property
    def label(self) -> str:
        """Its name as people write it."""
        return _LABELS[self]

    @property
    def default_url(self) -> str:
        """Where it listens when nobody told it otherwise."""
        return _DEFAULT_URLS[self]


_LABELS = {
    ServerKind.COMFYUI: "ComfyUI",
    ServerKind.A1111: "A1111",
    ServerKind.INVOKEAI: "InvokeAI",
    ServerKind.FOOOCUS: "Fooocus",
    ServerKind.LMSTUDIO: "LM Studio",
}
_DEFAULT_URLS = {
    ServerKind.COMFYUI: "http://127.0.0.1:8188",
    ServerKind.A1111: "http://127.0.0.1:7860",
    ServerKind.INVOKEAI: "http://127.0.0.1:9090",
    ServerKind.FOOOCUS: "http://127.0.0.1:8888",
    ServerKind.LMSTUDIO: "http://127.0.0.1:1234",
}


class Secret:
    """A key or password that does not show itself; `env:NAME` is looked up when it is used."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the wire only. Empty when its environment variable is not set."""
        if self._text.startswith("env:"):
            return os.environ.get(self._text[4:], "")
        return self._text

    @property
    def source(self) -> str:
        """As it stands in the settings file; for writing it back only."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationDefaults:
    """Values a form starts from; None leaves it to the workflow."""

    checkpoint: str | None = None
    sampler: str | None = None
    scheduler: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """One server and how to reach it."""

    name: str
    kind: ServerKind
    url: str
    """Scheme, host, port and, behind a proxy, a path prefix; no slash at the end."""

    is_enabled: bool = False
    api_key: Secret | None = None
    username: str | None = None
    password: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    verifies_tls: bool = True
    ca_file: str | None = None
    defaults: GenerationDefaults = field(default_factory=GenerationDefaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """What a person is told outside the screen while jobs run and when they end."""

    title: bool = True
    """Counts and percent in the window's title."""

    progress: bool = True
    """A bar in the tab or task bar, where the terminal has one."""

    notification: bool = True
    """When a job ends that took long, or while another window is in front."""

    bell: bool = False
    """Ring too."""

    command: str = ""
    """Run for every job that ends, with LATENTUI_JOB_ID, …_STATUS and …_PATH; never by a shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of them."""

    servers: tuple[ServerSettings, ...]
    pictures_folder: str
    name_pattern: str = "{workflow}_{number:05}"
    """Placeholders: workflow, number, date, time, seed, prompt, server."""

    theme: str = "latentui-dark"
    graphics: str = "auto"
    """How pictures are drawn: auto, kitty, iterm2, sixel, half, quadrant, none."""

    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Key bindings by action id; several keys separated by commas."""

    keep_previews: bool = False
    """Whether what a workflow's preview nodes show is kept with the results. Alone, it always is."""

    queue_depth: int = 2
    """How many jobs of ours a server may hold at once; the others wait with us."""

    notices: NoticeSettings = field(default_factory=NoticeSettings)

    hand_over_memory: bool = False
    """Whether language and image servers on one machine let go of their models for each other."""

    def server(self, name: str) -> ServerSettings | None:
        """The server of that name."""
        return next((server for server in self.servers if server.name == name), None)
