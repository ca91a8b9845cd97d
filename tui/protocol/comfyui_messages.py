"""The ComfyUI WebSocket protocol, without the socket: frames in, messages out."""

import struct
from typing import Any

import msgspec

FIRST_MESSAGE = '{"type":"feature_flags","data":{"supports_preview_metadata":true}}'
"""What a client says first on every connection; later it would not count."""

_JPEG, _PNG = "image/jpeg", "image/png"


class QueueChanged(msgspec.Struct, frozen=True):
    """Something in the queue changed, anybody's; `sid` only in the first message of a connection."""

    sid: str | None = None


class FlagsAgreed(msgspec.Struct, frozen=True):
    """The server's answer to the first message."""

    supports_preview_metadata: bool = False


class ExecutionStarted(msgspec.Struct, frozen=True):
    """The server begins with a job."""

    prompt_id: str


class NodesCached(msgspec.Struct, frozen=True):
    """The nodes that need not run again."""

    prompt_id: str
    nodes: tuple[str, ...] = ()


class NodeEntered(msgspec.Struct, frozen=True):
    """A node begins; None says that the job is over and its history is written."""

    node: str | None = None
    display_node: str | None = None
    prompt_id: str | None = None
    """Absent in the replay after a reconnect (server.py, websocket_handler)."""


class StepDone(msgspec.Struct, frozen=True):
    """A node did `value` of `max` steps."""

    prompt_id: str
    value: float = 0
    max: float = 0
    node: str | None = None


class NodeState(msgspec.Struct, frozen=True):
    """One node in a `NodesProgressed`."""

    state: str = ""
    display_node_id: str | None = None
    activity: str | None = None


class NodesProgressed(msgspec.Struct, frozen=True):
    """How all nodes that began stand; the whole list every time."""

    prompt_id: str
    nodes: dict[str, NodeState] = {}


class NodeExecuted(msgspec.Struct, frozen=True):
    """A node finished and shows something: files, text, anything."""

    prompt_id: str
    node: str
    output: Any = None


class RunSucceeded(msgspec.Struct, frozen=True):
    """All nodes ran. The history entry may still be missing."""

    prompt_id: str


class RunFailed(msgspec.Struct, frozen=True):
    """A node raised an exception."""

    prompt_id: str
    node_id: str | None = None
    node_type: str = ""
    exception_message: str = ""
    exception_type: str = ""


class RunInterrupted(msgspec.Struct, frozen=True):
    """The job was stopped."""

    prompt_id: str


class PreviewFrame(msgspec.Struct, frozen=True):
    """An encoded picture; the bare kind (type 1) names neither job nor node."""

    data: bytes
    media_type: str
    prompt_id: str | None = None
    node: str | None = None
    display_node: str | None = None
    is_bare: bool = False


class NodeText(msgspec.Struct, frozen=True):
    """A line a node says about what it does."""

    node: str
    text: str


Message = (
    QueueChanged
    | FlagsAgreed
    | ExecutionStarted
    | NodesCached
    | NodeEntered
    | StepDone
    | NodesProgressed
    | NodeExecuted
    | RunSucceeded
    | RunFailed
    | RunInterrupted
    | PreviewFrame
    | NodeText
)


class _Envelope(msgspec.Struct):
    type: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _PreviewMetadata(msgspec.Struct):
    prompt_id: str | None = None
    node_id: str | None = None
    display_node_id: str | None = None
    image_type: str = _JPEG


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_METADATA = msgspec.json.Decoder(_PreviewMetadata)
_DATA: dict[str, msgspec.json.Decoder[Message]] = {
    "status": msgspec.json.Decoder(QueueChanged),
    "feature_flags": msgspec.json.Decoder(FlagsAgreed),
    "execution_start": msgspec.json.Decoder(ExecutionStarted),
    "execution_cached": msgspec.json.Decoder(NodesCached),
    "executing": msgspec.json.Decoder(NodeEntered),
    "progress": msgspec.json.Decoder(StepDone),
    "progress_state": msgspec.json.Decoder(NodesProgressed),
    "executed": msgspec.json.Decoder(NodeExecuted),
    "execution_success": msgspec.json.Decoder(RunSucceeded),
    "execution_error": msgspec.json.Decoder(RunFailed),
    "execution_interrupted": msgspec.json.Decoder(RunInterrupted),
}


def decode_frame(frame: str | bytes) -> Message | None:
    """The message in a frame, or None for what is of no use: other people's types, and garbage."""
    try:
        return _decode_text(frame) if isinstance(frame, str) else _decode_binary(frame)
    except (msgspec.DecodeError, struct.error, UnicodeError, RecursionError):
        return None


def _decode_text(frame: str) -> Message | None:
    envelope = _ENVELOPE.decode(frame)
    decoder = _DATA.get(envelope.type)
    return decoder.decode(envelope.data) if decoder else None


def _decode_binary(frame: bytes) -> Message | None:
    kind, number = struct.unpack_from(">II", frame)
    head, rest = frame[8 : 8 + number], frame[8 + number :]
    match kind:
        case 1:  # the number is the picture's format
            return PreviewFrame(frame[8:], _PNG if number == 2 else _JPEG, is_bare=True)
        case 3 if len(head) == number:
            return NodeText(head.decode(), rest.decode("utf-8", "replace"))
        case 4 if len(head) == number:
            about = _METADATA.decode(head)
            media_type = _PNG if about.image_type == _PNG else _JPEG
            return PreviewFrame(rest, media_type, about.prompt_id, about.node_id, about.display_node_id)
        case _:
            return None


class MessageStream:
    """The messages of one connection: what frames leave unsaid is added from what came before.

    Bare previews, node texts and replayed `executing` messages carry no job id; they belong to the job that
    runs, which is ours to know only once a message has named it.
    """

    def __init__(self) -> None:
        self._has_metadata = False
        self._running: str | None = None
        self._node: str | None = None

    def receive(self, frame: str | bytes) -> tuple[str | None, Message] | None:
        """The job id (None: concerns everybody) and the message; None when there is nothing to tell."""
        message = decode_frame(frame)
        match message:
            case None:
                return None
            case QueueChanged():
                return None, message
            case FlagsAgreed():
                self._has_metadata = message.supports_preview_metadata
                return None
            case PreviewFrame(is_bare=True):
                return self._bare_preview(message)
            case NodeText():
                return (self._running, message) if self._running else None
            case _:
                return self._of_job(message)

    def _bare_preview(self, frame: PreviewFrame) -> tuple[str, Message] | None:
        # of a stranger's job without client id, which every socket receives
        if self._has_metadata or self._running is None:
            return None
        named = msgspec.structs.replace(frame, prompt_id=self._running, node=self._node)
        return self._running, named

    def _of_job(self, message: Any) -> tuple[str, Message] | None:
        prompt_id: str | None = message.prompt_id or self._running
        if prompt_id is None:
            return None
        if isinstance(message, NodeEntered):
            self._running = prompt_id if message.node is not None else None
            self._node = message.node
        elif isinstance(message, ExecutionStarted):
            self._running = prompt_id
        return prompt_id, message
