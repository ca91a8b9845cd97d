"""A request on its way to a Fooocus-API: looked up, its pictures read, its POST written."""

import asyncio

from tui.backends.fooocus_pictures import source_pictures
from tui.backends.fooocus_session import Session
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest
from tui.protocol.fooocus_checks import Names
from tui.protocol.fooocus_request import Submission, submission


async def prepare(session: Session, job_id: JobId, request: GenerationRequest) -> Submission:
    """Raises `InputError` and `ServerError`; nothing is sent here."""
    offer = await session.offer()
    # what it does not have it replaces without a word
    has_names = request.checkpoint or request.loras or request.extras.get("styles")
    names = await session.api.names() if has_names else Names()
    pictures = await asyncio.to_thread(source_pictures, request)
    return submission(request, pictures, offer, names, job_id)
