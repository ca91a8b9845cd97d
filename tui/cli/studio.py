"""`latentui`: the studio."""

import argparse
import sys

from tui.domain.errors import InputError
from tui.ui.app import StudioOptions, run_studio


def run(arguments: argparse.Namespace) -> int:
    """Open the studio; it needs a terminal on both sides."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "The studio needs a terminal.",
            "In scripts, use `latentui generate`; `latentui --help` tells more.",
        )
    return run_studio(StudioOptions(demo=arguments.demo, server=arguments.server))
