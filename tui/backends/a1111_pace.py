"""How patient the A1111 backend is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long this client waits for what, in seconds."""

    answer: float = 10.0
    """For a piece of an answer that should come at once."""

    starting: float = 2.0
    """For a server that has just begun to listen, before anything is asked of it."""

    settling: float = 60.0
    """After a server was found, while what it lacks may still come: it may have been starting."""

    first_look: float = 0.15
    """After a job was sent, before it is looked for: what is wrong with it is often said by then."""

    eager: float = 0.1
    """Between the first looks at a job: some are done in a second."""

    running: float = 0.4
    """Between looks at a job that runs on."""

    waiting: float = 0.5
    """Between looks at a job that waits."""

    stopping: float = 0.1
    """Between looks at a job that is to be stopped as soon as it can be."""

    limited: float = 1.0
    """Between looks at a server that refuses who asks often: SD.Next takes five a second, of everybody."""

    limited_stopping: float = 0.25
    """The same for a job that is to be stopped there."""

    gap: float = 0.25
    """Between two looks at a server that is idle for moments within a job, before it is believed idle."""

    confirming: float = 5.0
    """For a job to show up after its connection broke."""

    silence: float = 600.0
    """For an answer while the server seems to do nothing for the job: before the first one it loads its
    model unseen, and large pictures take long on a slow line."""

    patience: float = 120.0
    """For a server that went away, before a job's outcome is called unknown."""
