"""Whether the run that a server without task ids shows is ours: only then may it be interrupted.

Such a server tells how far "it" is and not for whom, and an interrupt hits whatever runs. What is known:
requests are worked on in the order in which they came, one at a time. A run is taken for ours when the
server was seen idle right before our request went out, nothing else began since, and the run is of our
kind and length. What remains is somebody who asks for the same number of steps within those milliseconds.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tui.protocol.a1111_progress import ServerProgress


class Owner(Enum):
    """Whose run it is."""

    UNDECIDED = auto()
    OURS = auto()
    UNKNOWABLE = auto()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a run of ours looks like."""

    kind: str
    """txt2img or img2img."""

    steps: frozenset[int] = frozenset()
    """Any of these; empty when any number may be ours."""

    def fits_name(self, progress: ServerProgress) -> bool:
        """Whether the run's name may be ours."""
        job = progress.job.casefold()  # "scripts_txt2img"; on SD.Next "API-TXT"
        return not job or (self.kind if "2img" in job else self.kind[:3]) in job

    def fits_steps(self, progress: ServerProgress) -> bool:
        """Whether the run's length may be ours."""
        return not self.steps or progress.steps in self.steps


class Ownership:
    """Fed with one look after another, beginning with the one before our request went out."""

    def __init__(self, expected: Expectation, before: ServerProgress | None) -> None:
        self._expected = expected
        self._run: str | None = None
        is_idle = before is not None and not before.is_busy
        self.owner = Owner.UNDECIDED if is_idle else Owner.UNKNOWABLE

    def look(self, progress: ServerProgress) -> Owner:
        """Take one answer into account."""
        if self.owner is Owner.UNKNOWABLE or not progress.is_busy:
            return self.owner
        if self._run is None:
            self._run = progress.run
        is_another = progress.run != self._run or not self._expected.fits_name(progress)
        if is_another or (progress.total and not self._expected.fits_steps(progress)):
            self.owner = Owner.UNKNOWABLE
        elif progress.total:
            self.owner = Owner.OURS
        return self.owner
