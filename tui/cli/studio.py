"""`latentui`: the studio."""

import argparse
import sys
from pathlib import Path

from tui.domain.errors import InputError
from tui.storage.paths import default_paths
from tui.ui.app import StudioOptions, run_studio


def run(arguments: argparse.Namespace) -> int:
    """Open the studio; it needs a terminal on both sides."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "The studio needs a terminal.",
            "In scripts, use `latentui generate`; `latentui --help` tells more.",
        )
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
