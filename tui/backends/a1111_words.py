"""What a person is told about A1111 jobs that did not go the usual way."""

NOT_KEPT = "it hands pictures only to the connection that asked for them"

BEHIND_OTHERS = (
    "The server cannot drop a job that waits there: this one is stopped as soon as its turn comes."
)
GOES_ON = "The server cannot be told to stop this job: it goes on there, and its picture is thrown away."
MAY_BE_ANOTHERS = (
    "An interrupt would hit whatever the server runs, and that may be somebody else's job: "
    "ours goes on there, and its picture is thrown away."
)
DONE_BEFORE = "It was done before it could be stopped; its picture was not kept."
DROPPED_BY_OTHERS = "Somebody took the job from the server's queue."
SILENT = f"The server is not at the job any more, but {NOT_KEPT}, and that one is silent."
NEVER_SENT = "The connection was closed here before the job was sent."
CLOSED_HERE = "The connection was closed here; the job may go on, and its picture is lost."
UNFINISHED = "Somebody stopped this job on the server{where}: the picture is not finished."
LOST_WHILE_RUNNING = (
    f"The connection broke. The server goes on, but {NOT_KEPT}: what it makes is lost. "
    "Cancel the job to free the server."
)


def stopped(at: tuple[int, int]) -> str:
    """How far a job was that we stopped."""
    return f"Stopped{where(at)}; the half-done picture was not kept."


def where(at: tuple[int, int]) -> str:
    """ " at step 3 of 20", or nothing before the first step."""
    step, total = at
    return f" at step {step} of {total}" if total else ""
