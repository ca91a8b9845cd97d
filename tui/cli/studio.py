"""`latentui`: the studio."""

import argparse
import os
import sys
from pathlib import Path

from tui.domain.errors import InputError
from tui.storage.paths import default_paths


def run(arguments: argparse.Namespace) -> int:
    """Open the studio; it needs a terminal on both sides, and one that it can draw in."""
    if sys.platform == "win32":
        raise InputError(
            "The studio does not run on Windows itself.",
            "Run it in WSL; `latentui generate` and the other commands run here too.",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "The studio needs a terminal.",
            "In scripts, use `latentui generate`; `latentui --help` tells more.",
        )
    if os.environ.get("TERM") == "dumb":
        raise InputError(
            "The studio cannot draw in this terminal: TERM is dumb.",
            "Set TERM to what the terminal is, or use `latentui generate`.",
        )
    from tui.ui.app import StudioOptions, run_studio  # drives terminals as Unix has them

    paths = default_paths()
    theme, graphics = _looks(paths.settings_file)
    return run_studio(
        StudioOptions(
            demo=arguments.demo, server=arguments.server, theme=theme, graphics=graphics, log=paths.log
        )
    )


def _looks(settings: Path) -> tuple[str | None, str | None]:
    """Theme and graphics for the first frame; all else of the settings is read, and judged, after it."""
    if not settings.exists():
        return None, None
    import tomllib  # most people have no settings file at first

    try:
        table = tomllib.loads(settings.read_text("utf-8"))
    except (OSError, ValueError):
        return None, None
    theme, graphics = table.get("theme"), table.get("graphics")
    return (
        theme if isinstance(theme, str) else None,
        graphics if isinstance(graphics, str) else None,
    )
