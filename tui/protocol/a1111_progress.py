"""How far an A1111 server is: of one task where it can tell tasks apart, else of whatever runs."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from enum import Enum, auto

from tui.domain.json_values import integer_of, object_of, text_of
from tui.domain.text import one_line

_SAMPLING = "Inference"
"""The part of a run of SD.Next whose steps are the job's."""

_IN_QUEUE = re.compile(r"\b(\d{1,6})\s*/\s*\d")


class Stage(Enum):
    """Where a task stands on the server."""

    UNKNOWN = auto()
    QUEUED = auto()
    ACTIVE = auto()
    COMPLETED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskProgress:
    """One task by its id: the answer of `/internal/progress`."""

    stage: Stage
    position: int | None = None
    """How many wait before it; 0 is the next."""

    preview: bytes = b""
    preview_id: int = -1
    """To be sent back, so that the same preview does not come twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProgress:
    """Whatever the server does, for whomever: the answer of `/sdapi/v1/progress`."""

    run: str = ""
    """Tells one run from another: SD.Next's id, else the second in which it began."""

    job: str = ""
    is_busy: bool = False
    is_interrupted: bool = False
    """Stays so after a run until the next begins."""

    step: int = 0
    steps: int = 0
    """Of this round; left from the run before until sampling begins."""

    round: int = 0
    rounds: int = 0
    preview: bytes = b""
    is_part: bool = False
    """Whether `run`, `job` and `step` are those of a part of a run: SD.Next names and counts parts anew,
    "Process", "Inference", "VAE Decode", and is idle for moments between them."""

    @property
    def is_sampling(self) -> bool:
        """Whether the steps are those of the job."""
        return not self.is_part or self.job == _SAMPLING

    @property
    def done(self) -> int:
        """Steps done over all rounds."""
        return self.round * self.steps + self.step

    @property
    def total(self) -> int:
        """Steps over all rounds; 0 until sampling has begun, since before that it is another run's."""
        has_begun = self.is_sampling and (self.step > 0 or self.round > 0)
        return max(self.rounds, self.round + 1) * self.steps if has_begun and self.steps > 0 else 0

    @property
    def is_at_last_step(self) -> bool:
        """Whether it is too late to interrupt: what would be hit may be the next run."""
        return self.total > 0 and self.done >= self.total - 1


def read_task_progress(answer: object) -> TaskProgress:
    """What `/internal/progress` said."""
    tree = object_of(answer)
    stages = {"active": Stage.ACTIVE, "queued": Stage.QUEUED, "completed": Stage.COMPLETED}
    stage = next((stage for name, stage in stages.items() if tree.get(name) is True), Stage.UNKNOWN)
    preview_id = integer_of(tree.get("id_live_preview"))
    return TaskProgress(
        stage=stage,
        position=_position(text_of(tree.get("textinfo"))) if stage is Stage.QUEUED else None,
        preview=decode_picture(text_of(tree.get("live_preview"))),
        preview_id=-1 if preview_id is None else preview_id,
    )


def read_server_progress(answer: object) -> ServerProgress:
    """What `/sdapi/v1/progress` said."""
    tree = object_of(answer)
    state = object_of(tree.get("state"))
    rounds = integer_of(state.get("job_count")) or 0
    step = integer_of(state.get("sampling_step")) or 0
    job = one_line(text_of(state.get("job")), 60)
    run = text_of(tree.get("id")) or text_of(state.get("job_timestamp"))
    return ServerProgress(
        run=run,
        job=job,
        # SD.Next counts steps on for a while after it has cleared the count
        is_busy=rounds != 0 or bool(job) or ("id" in tree and step > 0),
        is_interrupted=state.get("interrupted") is True,
        step=max(step, 0),
        steps=max(integer_of(state.get("sampling_steps")) or 0, 0),
        round=max(integer_of(state.get("job_no")) or 0, 0),
        rounds=max(rounds, 0),
        preview=decode_picture(text_of(tree.get("current_image"))),
        is_part="id" in tree and not job.startswith("API-"),
    )


def decode_picture(encoded: str) -> bytes:
    """The bytes behind base64, with or without a `data:` prefix; empty when it is none."""
    try:
        return b64decode(encoded.partition(",")[2] if encoded.startswith("data:") else encoded)
    except (Base64Error, ValueError):
        return b""


def _position(said: str) -> int | None:
    """ "In queue: 2/3" is the second of three who wait."""
    found = _IN_QUEUE.search(said)
    return max(int(found[1]) - 1, 0) if found else None
