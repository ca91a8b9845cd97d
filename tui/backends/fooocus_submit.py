"""Handing a job to Fooocus-API once, and finding it again when the answer was lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import msgspec

from tui.backends.fooocus_search import Found, Search
from tui.backends.fooocus_session import Session
from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.domain.job import JobId
from tui.domain.text import clean
from tui.protocol.fooocus_request import Submission


@dataclass(frozen=True, slots=True)
class Place:
    """The job's id on the server."""

    server_job_id: str
    is_certain: bool = True
    """Whether it may not be somebody else's job that came at the same moment."""


async def submit(
    session: Session, job_id: JobId, prepared: Submission, is_given_up: Callable[[], bool]
) -> Place | None:
    """Post once. None: whether the server has the job cannot be told.

    Raises `ServerError` when it certainly has not.
    """
    newest = (await session.api.queue_size()).newest
    content = await asyncio.to_thread(msgspec.json.encode, prepared.body)
    try:
        return Place(clean((await session.api.submit(prepared.path, content)).job_id))
    except (ServerRefusedError, NotFoundError):
        raise
    except (AnswerLostError, ServerReplyError) as error:
        return await _ask_after(Search(session, job_id, newest), session, error, is_given_up)


async def find(session: Session, job_id: JobId, is_given_up: Callable[[], bool]) -> Place | None:
    """Where a job is that an earlier run submitted, by the name of its pictures.

    It looks as long as there are jobs that may turn out to be it; None when there are no more. Raises
    `ServerError` when the server stays away.
    """
    search = Search(session, job_id)
    seen_at = monotonic()
    while not is_given_up():
        try:
            found = await search.look()
        except ServerError:
            if monotonic() - seen_at > session.pace.patience:
                raise
        else:
            seen_at = monotonic()
            if found.certain:
                return Place(found.certain)
            if not found.unfinished:
                return None
        await asyncio.sleep(session.pace.waiting)
    return None


async def _ask_after(
    search: Search, session: Session, error: ServerError, is_given_up: Callable[[], bool]
) -> Place | None:
    """After an unclear answer: the server's list shows whether a job came that nobody knows."""
    pace = session.pace
    until, was_away = monotonic() + pace.confirming, False
    while not is_given_up():
        try:
            found = await search.look()
        except ServerError:
            was_away = True
            if monotonic() > until + pace.patience:
                return None
        else:
            if found.certain:
                return Place(found.certain)
            # a request whose answer was lost may still be on its way
            if monotonic() > until and (len(found.possible) <= 1 or not found.unfinished):
                return _settled(found, error, was_away=was_away)
        await asyncio.sleep(pace.waiting)
    return None


def _settled(found: Found, error: ServerError, *, was_away: bool) -> Place | None:
    match found.possible:
        case (server_job_id,):
            return Place(server_job_id, is_certain=False)
        case () if not was_away:  # else it may have had the job, and lost it in a restart
            raise error
        case _:
            return None
