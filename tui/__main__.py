"""`python -m tui` and the `latentui` command."""

import sys


def main() -> int:
    """Read the command line and do what it says; the result is the exit code."""
    from tui.cli.parser import parse_arguments

    return parse_arguments(sys.argv[1:]).run()


if __name__ == "__main__":
    sys.exit(main())
