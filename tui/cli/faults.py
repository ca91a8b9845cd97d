"""Faults at the command line: a sentence on stderr and an exit code, never a traceback."""

import os
import sys
from collections.abc import Callable

from tui.domain.errors import InputError, LatentuiError, RequestRejectedError, ServerError

FAILED = 1
BAD_INPUT = 2
UNREACHABLE = 3
CANCELLED = 130


def exit_code_of(error: LatentuiError) -> int:
    """Which exit code a fault stands for."""
    match error:
        case InputError() | RequestRejectedError():
            return BAD_INPUT
        case ServerError():
            return UNREACHABLE
        case _:
            return FAILED


def guarded(command: Callable[[], int]) -> int:
    """Run a command; what goes wrong is told in words."""
    try:
        return command()
    except LatentuiError as error:
        tell(error)
        return exit_code_of(error)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        # whoever read our output went away, as `| head` does; keep the interpreter from flushing into nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def tell(error: LatentuiError) -> None:
    """Say what is wrong and what to do, on stderr."""
    print(f"latentui: {error.title}", file=sys.stderr)
    if error.advice:
        print(f"  {error.advice}", file=sys.stderr)
