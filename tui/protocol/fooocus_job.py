"""What Fooocus-API says of one job: how far it is, its preview, its pictures."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import msgspec

from tui.domain.job import OutputImage
from tui.domain.text import clean, one_line

QUEUE_IS_FULL = "QUEUE_IS_FULL"
_SUCCESS = "SUCCESS"
_NOT_FOUND = "Not Found"
_FILES = "/files/"

_STEPS = (
    re.compile(r"Step (?P<step>\d+)/(?P<total>\d+) in the (?P<picture>\d+)-th Sampling"),
    re.compile(r"Sampling step (?P<step>\d+)/(?P<total>\d+), image (?P<picture>\d+)/\d+"),
)
_LARGEST_PREVIEW = 32 * 1024 * 1024
"""Characters; larger ones are passed over."""

_MOST_RESULTS = 64
"""No job makes as many pictures (requests.py image_number)."""

_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


class Result(msgspec.Struct, frozen=True):
    """One picture of a job that is over, or why there is none."""

    base64: str | None = None
    url: str | None = None
    seed: str | int | None = None
    finish_reason: str | None = None

    @property
    def is_picture(self) -> bool:
        """Whether there is a picture to be had."""
        return self.finish_reason in {None, _SUCCESS} and bool(self.base64 or self.url)


class JobAnswer(msgspec.Struct, frozen=True):
    """A job as the server tells it, on submission and ever after."""

    job_id: str = ""
    job_type: str = ""
    job_stage: str = ""
    job_progress: float | None = None
    job_progess: float | None = None
    """As releases before 0.3.20 spell it."""

    job_status: str | None = None
    job_step_preview: str | None = None
    job_result: tuple[Result, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the server has the job at all."""
        return self.job_type != _NOT_FOUND

    @property
    def is_refused(self) -> bool:
        """Whether it was not taken since the queue is full."""
        return any(result.finish_reason == QUEUE_IS_FULL for result in self.job_result or ())

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.job_stage in {_SUCCESS, "ERROR"}

    @property
    def has_failed(self) -> bool:
        """Whether it ended with an error; the server keeps to itself with which."""
        return self.job_stage == "ERROR"

    @property
    def is_running(self) -> bool:
        """Whether the server works on it. 0.5 calls it waiting all the while (start_mills stays 0)."""
        return not self.is_over and (
            self.job_stage == "RUNNING" or self.job_status is not None or self.percent > 0
        )

    @property
    def percent(self) -> int:
        """How much of the whole job is done."""
        return min(max(int(self.job_progress or self.job_progess or 0), 0), 100)

    @property
    def pictures(self) -> tuple[Result, ...]:
        """The finished ones."""
        return tuple(result for result in self.job_result or () if result.is_picture)[:_MOST_RESULTS]


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `total` steps of the `picture`th picture, which counts from 1."""

    done: int
    total: int
    picture: int


def read_step(status: str | None) -> Step | None:
    """The step in "Step 3/8 in the 1-th Sampling", which is told once it is done and counts from 0."""
    for pattern in _STEPS:
        if status and (found := pattern.search(status)):
            step, total, picture = (int(found[name][:9]) for name in ("step", "total", "picture"))
            return Step(min(step + 1, total), total, max(picture, 1))
    return None


def read_preview(said: str) -> bytes:
    """The bytes of a preview; nothing where it is none."""
    return b"" if len(said) > _LARGEST_PREVIEW else read_base64(said)


def read_base64(said: str) -> bytes:
    """The bytes of a picture in base64, or in a data URL; nothing where it is none."""
    try:
        return b64decode(said.rpartition(",")[2], validate=True)
    except ValueError:
        return b""


def read_outputs(job_id: str, answer: JobAnswer) -> Iterator[OutputImage | None]:
    """The pictures of a job as files to fetch; None for one that can be found nowhere."""
    for number, result in enumerate(answer.pictures):
        name = f"{job_id}-{number}.png"
        place = read_place(result.url or "")
        data = read_base64(result.base64) if result.base64 else b""
        if place is None and not data:
            yield None
            continue
        subfolder, filename = place or ("", name)
        yield OutputImage(
            filename=filename,
            subfolder=subfolder,
            media_type=_MEDIA_TYPES.get(filename.rpartition(".")[2].lower(), "image/png"),
            seed=read_seed(result.seed),
            data=data or None,
        )


def read_place(url: str) -> tuple[str, str] | None:
    """Folder and file in a picture's URL, whose host and port are wrong from everywhere but the server."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    folder, _, filename = path.partition(_FILES)[2].rpartition("/")
    parts = [clean(part) for part in (*folder.split("/"), filename)]
    if not all(parts) or any(part in {".", ".."} for part in parts):
        return None
    return "/".join(parts[:-1]), parts[-1]


def read_seed(said: str | int | None) -> int | None:
    """The seed, told as text since it may be too long for a float; -1 and "" mean that there is none."""
    if isinstance(said, int):
        return said if said >= 0 else None
    return int(said) if said and said.isdecimal() and len(said) <= 20 else None


def are_named(answer: JobAnswer, name: str) -> bool | None:
    """Whether a job's pictures bear this name; None where it has no pictures to tell by."""
    places = [place for result in answer.pictures if (place := read_place(result.url or ""))]
    return any(filename.startswith(f"{name}-") for _, filename in places) if places else None


def activity_of(answer: JobAnswer, pictures: int) -> str:
    """What the server is busy with."""
    step = read_step(answer.job_status)
    if step is None:
        return one_line((answer.job_status or "").removesuffix("...").rstrip(), 80)
    return f"Sampling picture {step.picture} of {pictures}" if pictures > 1 else "Sampling"
