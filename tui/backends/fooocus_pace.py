"""How patient the Fooocus backend is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long this client waits for what, in seconds."""

    answer: float = 15.0
    """For a piece of an answer that should come at once; loading a model holds all of them up."""

    running: float = 0.3
    """Between looks at a job that runs, or is the next to."""

    waiting: float = 0.7
    """Between looks at a job that waits."""

    stopping: float = 0.1
    """Between looks at a job that is to be stopped as soon as it can be."""

    position: float = 5.0
    """Before the place in the queue is asked for again although nothing seems to have moved."""

    confirming: float = 5.0
    """For a job to show up after the answer to its submission was lost."""

    patience: float = 120.0
    """For a server that went away, before a job's outcome is called unknown."""
