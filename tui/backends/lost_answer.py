"""After an unclear answer to a submission: the server is asked whether it has the job, not sent it again."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol, TypeVar

from tui.domain.errors import AnswerLostError, ServerError, ServerReplyError

T = TypeVar("T")


class Api(Protocol):
    """Requests to the server that was sent the job."""

    @property
    def label(self) -> str:
        """How the server is called in sentences."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more."""
        ...


class Pace(Protocol):
    """How long is waited for what, in seconds."""

    @property
    def blind(self) -> float:
        """Between looks at a server that tells nothing by itself."""
        ...

    @property
    def confirming(self) -> float:
        """For a job to show up."""
        ...

    @property
    def patience(self) -> float:
        """For a server that went away."""
        ...


async def ask_after(
    find: Callable[[], Awaitable[T | None]], api: Api, error: ServerError, pace: Pace
) -> T | None:
    """What `find` tells of the job. None: whether the server has it cannot be told.

    Raises `ServerError` when it certainly has not.
    """
    started = monotonic()
    was_away = False
    while True:
        try:
            found = await find()
            if found is not None:
                return found
            # a request whose answer was lost may still be on its way through validation
            if not isinstance(error, AnswerLostError) or monotonic() - started > pace.confirming:
                break
        except ServerError:
            was_away = True
            if api.is_closed or monotonic() - started > pace.patience:
                return None
        await asyncio.sleep(pace.blind / 2)
    if was_away:  # it may have had the job, and lost it in a restart
        return None
    if isinstance(error, AnswerLostError):
        # not "unreachable", which callers may take as leave to send it again
        raise ServerReplyError(
            f"{api.label} did not take the job: the connection broke off.", "Generate again."
        ) from error
    raise error
