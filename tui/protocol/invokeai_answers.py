"""What InvokeAI's HTTP answers say."""

from typing import Any

import msgspec

from tui.domain.json_values import object_of, text_of
from tui.protocol.invokeai_graph import OUT

ENDED = frozenset({"completed", "failed", "canceled"})
"""The statuses of an item that is over; the others are pending, waiting and in_progress."""


class VersionAnswer(msgspec.Struct, frozen=True):
    """`/api/v1/app/version`."""

    version: str


class Device(msgspec.Struct, frozen=True):
    """One of `/api/v1/app/generation_device_options`."""

    device: str = ""
    name: str = ""


class LoginAnswer(msgspec.Struct, frozen=True):
    """`/api/v1/auth/login`."""

    token: str


class EnqueueAnswer(msgspec.Struct, frozen=True):
    """`enqueue_batch`: one item per graph and run, here always one."""

    item_ids: tuple[int, ...] = ()


class UploadAnswer(msgspec.Struct, frozen=True):
    """`/api/v1/images/upload`."""

    image_name: str


class CancelledAnswer(msgspec.Struct, frozen=True):
    """`cancel_by_destination`."""

    canceled: int = 0


class QueueCounts(msgspec.Struct, frozen=True):
    """How many items stand where."""

    pending: int = 0
    in_progress: int = 0


class Processor(msgspec.Struct, frozen=True):
    """What works the queue off."""

    is_started: bool = True
    """False: somebody paused it."""


class QueueStatus(msgspec.Struct, frozen=True):
    """`/api/v1/queue/default/status`."""

    queue: QueueCounts = QueueCounts()
    processor: Processor = Processor()

    @property
    def is_paused(self) -> bool:
        """Whether nothing will begin until somebody resumes it."""
        return not self.processor.is_started

    @property
    def is_stuck(self) -> bool:
        """Whether nothing runs although something waits and may run."""
        return not self.is_paused and self.queue.pending > 0 and not self.queue.in_progress


class SessionGraph(msgspec.Struct, frozen=True):
    """The graph of an item, its defaults filled in."""

    nodes: dict[str, Any] = {}


class Session(msgspec.Struct, frozen=True):
    """How far the graph of an item has come. `results` fills only at the end."""

    graph: SessionGraph = SessionGraph()
    source_prepared_mapping: dict[str, list[str]] = {}
    results: dict[str, Any] = {}


class QueueItem(msgspec.Struct, frozen=True):
    """One item of the queue. Fields that would be null are left out by the server."""

    item_id: int
    status: str
    destination: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    session: Session = Session()

    @property
    def pictures(self) -> tuple[tuple[str, str], ...]:
        """Node id and picture name of every result, in order."""
        found: list[tuple[str, str]] = []
        for node_id, prepared in self.session.source_prepared_mapping.items():
            if node_id.startswith(OUT):
                names = (picture_of(self.session.results.get(prepared_id)) for prepared_id in prepared)
                found += [(node_id, name) for name in names if name]
        return tuple(sorted(found, key=lambda result: number_of(result[0])))


def picture_of(result: object) -> str:
    """The name of the picture in a node's result, if it is one."""
    return text_of(object_of(object_of(result).get("image")).get("image_name"))


def number_of(node_id: str) -> int:
    """The number at the end of a node's id; 0 where there is none."""
    digits = node_id.rpartition("_")[2]
    return int(digits) if digits.isdecimal() else 0
