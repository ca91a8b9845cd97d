"""The pictures that jobs start from: kept when a job is submitted, found again when it is handed over."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tui.domain.errors import SaveError
from tui.domain.job import JobId
from tui.domain.request import FieldValue, GenerationRequest, PictureInput
from tui.storage import inputs
from tui.storage.inputs import KeptPicture
from tui.storage.journal import Journal


class InputKeeper:
    """A job may wait for days, and its pictures may be gone or painted over by then.

    Without a `folder` nothing is kept. Nothing here fails: at worst a job starts from the original.
    """

    def __init__(self, journal: Journal, folder: Path | None) -> None:
        self._journal = journal
        self._folder = folder

    async def keep(self, request: GenerationRequest) -> tuple[KeptPicture, ...]:
        """Copy the request's pictures."""
        paths = pictures_of(request)
        if self._folder is None or not paths:
            return ()
        kept = [await asyncio.to_thread(inputs.keep, self._folder, path) for path in paths]
        return tuple(picture for picture in kept if picture is not None)

    async def note(self, job_id: JobId, kept: tuple[KeptPicture, ...]) -> None:
        """Write which copies belong to the job."""
        if kept:
            try:
                await self._journal.do(inputs.note, job_id, kept)
            except SaveError:
                return  # the job itself says that the journal cannot be written

    async def resolve(self, job_id: JobId, request: GenerationRequest) -> GenerationRequest:
        """The request with our copies where the originals have changed or gone."""
        if self._folder is None or not pictures_of(request):
            return request
        try:
            kept = await self._journal.read(inputs.of_job, job_id)
        except SaveError:
            return request
        return with_pictures(request, await asyncio.to_thread(_changed, kept))

    async def sweep(self) -> None:
        """Remove the copies that no job needs any more."""
        if self._folder is not None:
            in_use = await self._journal.read(inputs.needed)
            await asyncio.to_thread(inputs.sweep, self._folder, in_use)


def pictures_of(request: GenerationRequest) -> tuple[str, ...]:
    """The paths of all pictures that a request names, each once."""
    found = [request.init_image, request.mask, *(unit.image for unit in request.control)]
    found += [value for value in request.extras.values() if isinstance(value, PictureInput)]
    found += [upload.picture for upload in request.plan.uploads] if request.plan else []
    return tuple(dict.fromkeys(picture.path for picture in found if picture is not None))


def with_pictures(request: GenerationRequest, paths: Mapping[str, str]) -> GenerationRequest:
    """The request with other paths in place of those that `paths` has."""
    if not paths:
        return request

    def other(picture: PictureInput) -> PictureInput:
        return PictureInput(paths.get(picture.path, picture.path))

    def other_value(value: FieldValue) -> FieldValue:
        return other(value) if isinstance(value, PictureInput) else value

    plan = request.plan and replace(
        request.plan,
        uploads=tuple(replace(upload, picture=other(upload.picture)) for upload in request.plan.uploads),
    )
    return replace(
        request,
        init_image=request.init_image and other(request.init_image),
        mask=request.mask and other(request.mask),
        control=tuple(replace(unit, image=other(unit.image)) for unit in request.control),
        extras={name: other_value(value) for name, value in request.extras.items()},
        plan=plan,
    )


def _changed(kept: tuple[KeptPicture, ...]) -> dict[str, str]:
    return {
        picture.path: picture.kept
        for picture in kept
        if not picture.is_unchanged and Path(picture.kept).is_file()
    }
