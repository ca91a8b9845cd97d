"""Whether the run that a server without task ids shows is ours: only then may it be interrupted.

Such a server tells how far "it" is and not for whom, and an interrupt hits whatever runs. What is known:
requests are worked on in the order in which they came, one at a time. A run is taken for ours when the
server was seen idle right before our request went out, nothing else began since, and the run is of our
kind and length. What remains is somebody who asks for the same number of steps within those milliseconds.
SD.Next names the parts of a run: there, ours has one that samples, and the next is another's.
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
        job = progress.job.casefold()  # "scripts_txt2img"; on SD.Next "API-TXT", and its parts
        return not job or progress.is_part or (self.kind if "2img" in job else self.kind[:3]) in job

    def fits_steps(self, progress: ServerProgress) -> bool:
        """Whether the run's length may be ours."""
        if not self.steps or progress.steps in self.steps:
            return True
        # SD.Next counts what its sampler does: one more (PNDM), or two for each but the last (Heun)
        done = {count * factor + more for count in self.steps for factor in (1, 2) for more in (-1, 0, 1)}
        return progress.is_part and progress.steps in done


class Ownership:
    """Fed with one look after another, beginning with the one before our request went out."""

    def __init__(self, expected: Expectation, before: ServerProgress | None) -> None:
        self._expected = expected
        self._runs: dict[bool, str] = {}
        """The one run that was seen, and its sampling where that is a part with an id of its own."""

        is_idle = before is not None and not before.is_busy
        self.owner = Owner.UNDECIDED if is_idle else Owner.UNKNOWABLE

    def look(self, progress: ServerProgress) -> Owner:
        """Take one answer into account."""
        if self.owner is Owner.UNKNOWABLE or not progress.is_busy:
            return self.owner
        is_another = self._is_next(progress) or not self._expected.fits_name(progress)
        if is_another or (progress.total and not self._expected.fits_steps(progress)):
            self.owner = Owner.UNKNOWABLE
        elif progress.total:
            self.owner = Owner.OURS
        return self.owner

    def _is_next(self, progress: ServerProgress) -> bool:
        if not progress.is_sampling:
            return False
        return self._runs.setdefault(progress.is_part, progress.run) != progress.run
