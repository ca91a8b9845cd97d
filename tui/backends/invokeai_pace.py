"""How patient the InvokeAI backend is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long this client waits for what, in seconds."""

    opening: float = 10.0
    """For the socket, before a job is sent without one."""

    retry_first: float = 0.25
    retry_most: float = 5.0
    """Between attempts to open the socket: from, doubling up to."""

    linger: float = 20.0
    """How long an unused socket stays open."""

    first_look: float = 0.3
    """After enqueueing, before the queue is asked how many wait."""

    waiting: float = 3.0
    """Between looks at the queue while the job waits; nothing tells that it is paused or moves."""

    silent: float = 5.0
    """Of a running job, before the server is asked."""

    blind: float = 1.0
    """Between looks while there is no socket."""

    stuck: float = 10.0
    """Of a queue in which something waits and nothing runs, before that is looked into."""

    confirming: float = 5.0
    """For a job to show up in the queue after the answer to its submission was lost."""

    patience: float = 120.0
    """For a server that went away, before a job's outcome is called unknown."""
