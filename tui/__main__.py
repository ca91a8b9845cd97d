"""`python -m tui` and the `latentui` command."""

import gc
import sys


def main() -> int:
    """Read the command line and do what it says; the result is the exit code."""
    from tui.cli.parser import parse_arguments

    try:
        return parse_arguments(sys.argv[1:]).run()
    finally:
        gc.freeze()  # the process ends: looking through everything for cycles once more frees nothing


if __name__ == "__main__":
    sys.exit(main())
