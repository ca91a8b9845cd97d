"""What a person is told about Fooocus jobs that do not go the usual way."""

CANNOT_DROP = "Fooocus cannot drop a job that waits: this one is stopped as soon as its turn comes."
MAY_BE_ANOTHERS = "A stop might hit somebody else's job: it cannot be told for certain which one is ours."
STOPPING = "Stopping"
STOPS_AT_SAMPLING = "To be stopped at its first step"
NEARLY_DONE = "Too near its end to be stopped"
ANOTHERS_AFTER_ALL = "The job that came at that moment was somebody else's; ours did not show up."


def forgotten(label: str) -> str:
    """A job that was there."""
    return f"{label} deleted its record of the job, and its pictures with it (--queue-history)."


def forgotten_or_restarted(label: str) -> str:
    """The same, where others submitted jobs since."""
    return f"{label} no longer has the job: it was restarted, or deleted its record (--queue-history)."
