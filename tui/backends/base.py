"""The front door to every server: what an image backend and a text backend answer to."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui.domain.errors import LatentuiError, NotFoundError
from tui.domain.events import JobEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.domain.workflow import NodeCatalog, ServerWorkflow

if TYPE_CHECKING:  # who makes pictures has no use for it
    from collections.abc import Mapping
    from pathlib import Path

    from tui.domain.chat import ChatEvent, ChatRequest


class Backend(ABC):
    """One server of one kind. Every method may raise `ServerError`; none raises a foreign exception."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._last_error: LatentuiError | None = None
        self._is_connected = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    @property
    def settings(self) -> ServerSettings:
        """How it is reached at present."""
        return self._settings

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings while running; jobs that run keep the connection they have."""
        await self.disconnect()
        self._settings = settings

    @property
    def is_connected(self) -> bool:
        """Whether the last look found the server."""
        return self._is_connected

    @property
    def last_error(self) -> LatentuiError | None:
        """What went wrong last, in words; None once the server answers again."""
        return self._last_error

    async def connect(self) -> ServerStatus:
        """Find the server and learn what it is. Safe to call again: it looks anew."""
        try:
            status = await self.status()
        except LatentuiError as error:  # a wrong CA file is a SettingsError
            self._is_connected, self._last_error = False, error
            raise
        self._is_connected, self._last_error = True, None
        return status

    @abstractmethod
    async def disconnect(self) -> None:
        """Let go of sockets; nothing on the server changes."""

    @abstractmethod
    async def status(self) -> ServerStatus:
        """Ask the server what it is and how it is."""


class ImageBackend(Backend):
    """A server that makes pictures."""

    def identify(self, client_id: str) -> None:
        """Take the name by which this program is known to the server, before the first job.

        A server that tells progress only to the client that submitted goes on telling it after a restart.
        """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What it can do, as far as is known; sharper after `connect`."""

    @abstractmethod
    async def catalog(self) -> Catalog:
        """The names of what it has."""

    async def node_catalog(self) -> NodeCatalog | None:
        """The node definitions of a server that runs graphs; None of one that does not."""
        return None

    async def node_classes(self, class_types: Collection[str]) -> NodeCatalog | None:
        """At least the definitions of these classes, as far as the server has them; None as above."""
        del class_types
        return await self.node_catalog()

    async def workflows(self) -> tuple[ServerWorkflow, ...]:
        """The workflows that lie on it; none on a server that does not run graphs."""
        return ()

    async def workflow(self, name: str) -> bytes:
        """The JSON of one of `workflows`. Raises `NotFoundError` and `ServerError`."""
        raise NotFoundError(f"{self.settings.name} has no workflow “{name}”.", "Choose another one.")

    async def workflow_picture(self, name: str) -> bytes:
        """A picture of what one of `workflows` makes; raises as `workflow`."""
        raise NotFoundError(f"{self.settings.name} has no picture of “{name}”.")

    @abstractmethod
    def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        """Submit a job and yield what happens to it, up to and including a last event.

        Raises `ServerError` or `InputError` only before the server has the job; from then on every fault is
        an event, and a lost connection is bridged by asking the server. Closing the iterator stops the
        watching, not the job.
        """

    @abstractmethod
    def attach(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncIterator[JobEvent]:
        """Watch a job that an earlier `run` submitted, perhaps in another process, and yield as `run` does.

        A job that the server does not know ends in `JobOutcomeUnknown`, or `JobFailed` where the server
        shows that it is gone. Nothing is ever submitted again here.
        """

    @abstractmethod
    async def cancel(self, job_id: JobId) -> None:
        """Stop this job and no other; the stream of `run` then ends in `JobCancelled`."""

    @abstractmethod
    def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """The bytes of a finished file, in pieces and bounded; raises `ServerError`."""

    async def recipe(self, picture: "Path") -> "Mapping[str, FieldValue]":  # noqa: ARG002 - for those that can
        """The values of the form that made a picture, where the server can read them out of it."""
        return {}

    async def free_memory(self) -> None:
        """Let go of loaded models while nothing runs, where the server can; otherwise nothing."""

    async def take_memory(self) -> None:
        """Load again what `free_memory` let go of, on a server that does not do so by itself."""


class TextBackend(Backend):
    """A server that writes text."""

    @abstractmethod
    async def models(self) -> tuple[str, ...]:
        """The names of its language models, loaded ones first."""

    @abstractmethod
    def chat(self, request: "ChatRequest") -> "AsyncIterator[ChatEvent]":
        """Stream an answer. Closing the iterator stops the server. Raises `ServerError`, also midway."""

    @abstractmethod
    async def unload(self) -> None:
        """Free the memory of the loaded model, where the server can; otherwise nothing."""
