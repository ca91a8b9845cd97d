"""What ComfyUI answers over HTTP, as values: the queue, a job's history, the server itself."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tui.domain.json_values import list_of, object_of
from tui.domain.server import ServerStatus
from tui.domain.text import clean, one_line


class QueueItem(msgspec.Struct, frozen=True, array_like=True):
    """A job in the queue; graph and extra data that follow on the wire are skipped."""

    number: float
    prompt_id: str | int | None


class QueueAnswer(msgspec.Struct, frozen=True):
    """What runs and what waits, everybody's."""

    queue_running: tuple[QueueItem, ...] = ()
    queue_pending: tuple[QueueItem, ...] = ()

    def is_running(self, prompt_id: str) -> bool:
        """Whether the server works on this job."""
        return any(item.prompt_id == prompt_id for item in self.queue_running)

    def has(self, prompt_id: str) -> bool:
        """Whether this job runs or waits."""
        return self.is_running(prompt_id) or self.position(prompt_id) is not None

    def position(self, prompt_id: str) -> int | None:
        """How many wait before this job; None when it does not wait."""
        # the wire has heap order
        ordered = sorted(self.queue_pending, key=lambda item: (item.number, str(item.prompt_id)))
        return next((index for index, item in enumerate(ordered) if item.prompt_id == prompt_id), None)


class HistoryStatus(msgspec.Struct, frozen=True):
    """How a job ended. An interrupted one has "error" as well: the last message tells."""

    status_str: str = "success"
    messages: tuple[tuple[str, dict[str, Any]], ...] = ()

    def message(self, name: str) -> dict[str, Any] | None:
        """The data of that message, if it was sent."""
        return next((data for key, data in self.messages if key == name), None)


class HistoryEntry(msgspec.Struct, frozen=True):
    """A job that is over."""

    outputs: dict[str, Any] = {}
    status: HistoryStatus | None = None


class UploadAnswer(msgspec.Struct, frozen=True):
    """Under which name the server keeps an upload."""

    name: str
    subfolder: str = ""

    @property
    def reference(self) -> str:
        """As a graph names it."""
        return f"{self.subfolder}/{self.name}" if self.subfolder else self.name


class CancelAnswer(msgspec.Struct, frozen=True):
    """Whether there was anything to cancel."""

    cancelled: bool = False


class PromptAnswer(msgspec.Struct, frozen=True):
    """An accepted job. Outputs in `node_errors` were dropped from it."""

    prompt_id: str
    number: float = 0
    node_errors: Any = None


class _System(msgspec.Struct):
    comfyui_version: str = ""
    os: str = ""


class _Device(msgspec.Struct):
    name: str = ""
    type: str = ""
    vram_total: int | None = None
    vram_free: int | None = None


class SystemAnswer(msgspec.Struct):
    """What the server is and runs on. `system` is required: it tells ComfyUI from others."""

    system: _System
    devices: tuple[_Device, ...] = ()

    @property
    def version(self) -> tuple[int, ...]:
        """0.3.56 as (0, 3, 56); empty where it is not numbers."""
        parts = self.system.comfyui_version.split(".")
        return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()

    @property
    def status(self) -> ServerStatus:
        """In our words."""
        device = self.devices[0] if self.devices else _Device()
        return ServerStatus(
            product="ComfyUI",
            version=one_line(self.system.comfyui_version, 40),
            device=_device_name(device.name or device.type),
            memory_total=device.vram_total,
            memory_free=device.vram_free,
        )


def choices_of(definition: Mapping[str, Any], input_name: str) -> tuple[str, ...]:
    """The values a node's definition allows for an input; empty where it declares no list."""
    declared = object_of(definition.get("input"))
    for section in ("required", "optional"):
        config = object_of(declared.get(section)).get(input_name)
        if config is not None:
            return choices_in(config)
    return ()


def choices_in(config: Any) -> tuple[str, ...]:
    """The list in an input's declaration, in either of its two spellings."""
    kind, options, *_ = [*list_of(config), None, None]
    values = object_of(options).get("options") if kind == "COMBO" else kind
    return tuple(clean(str(value)) for value in list_of(values))


def _device_name(name: str) -> str:
    """The card of "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync"."""
    words = one_line(name, 120).removesuffix(" : cudaMallocAsync").removesuffix(" : native")
    first, _, rest = words.partition(" ")
    return rest if rest and first.partition(":")[2].isdecimal() else words
