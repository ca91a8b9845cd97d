"""How fast a job goes and how long it will take; nothing rather than nonsense."""

from tui.domain.request import GenerationRequest

_WEIGHT = 0.3
"""How much the newest step counts."""

_LONGEST = 24 * 3600.0


class RateMeter:
    """Steps per second of the stage that a job is in, smoothed. A new stage starts from nothing."""

    def __init__(self) -> None:
        self._step: int = 0
        self._total: int = 0
        self._at: float | None = None
        self._samples = 0
        self.rate: float | None = None

    def mark(self, step: int, total: int, now: float) -> None:
        """`step` of `total` was done at `now` (seconds of any steady clock)."""
        if total != self._total or step < self._step or self._at is None:
            self._samples, self.rate = 0, None
        elif step == self._step:
            return
        elif (elapsed := now - self._at) > 0:
            newest = (step - self._step) / elapsed
            self.rate = newest if self.rate is None else self.rate + _WEIGHT * (newest - self.rate)
            self._samples += 1
        self._step, self._total, self._at = step, total, now

    @property
    def seconds_left(self) -> float | None:
        """Until the stage ends; None while it is not known."""
        if not self.rate or self._samples < 2 or self._total <= 0:
            return None
        left = max(self._total - self._step, 0) / self.rate
        return left if left < _LONGEST else None


def time_left(stage: float | None, expected: float | None, elapsed: float) -> float | None:
    """Seconds until a running job ends: what jobs of its kind took, corrected by how fast this one goes."""
    if expected is None:
        return stage
    learned = expected - elapsed
    if stage is None:
        return learned if learned > 0 else None
    return max(stage, learned)


def timing_key(server: str, request: GenerationRequest) -> str:
    """Jobs with the same key take about the same time."""
    parts = (
        server,
        request.workflow,
        request.checkpoint,
        request.width,
        request.height,
        request.steps,
        request.batch_size,
    )
    return "\x1f".join("" if part is None else str(part) for part in parts)
