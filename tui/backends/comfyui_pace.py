"""How patient the ComfyUI backend is."""

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
    """How long an unused socket stays open: a suspended reader holds up the events of everybody."""

    first_look: float = 0.15
    """After submitting, before the queue is asked for the position."""

    waiting: float = 10.0
    """Between looks at the queue while the job waits and nothing changes in it."""

    position: float = 1.0
    """Between looks at the queue while it changes."""

    silent: float = 3.0
    """Of a running job, before the server is asked."""

    blind: float = 1.0
    """Between looks while there is no socket."""

    deaf_from_start: float = 2.0
    """A running job of which the socket never spoke, before the socket is opened anew."""

    deaf: float = 6.0
    """A running job of which it fell silent; doubles each time, since models load in silence."""

    deaf_most: float = 60.0
    """The longest of these waits."""

    closing: float = 0.5
    """For the message that closes a job, after the one that says how it ended."""

    history: float = 6.0
    """For the history entry of a job that is over."""

    confirming: float = 5.0
    """For a job to show up in the queue after its submission's answer was lost."""

    patience: float = 120.0
    """For a server that went away, before a job's outcome is called unknown."""
