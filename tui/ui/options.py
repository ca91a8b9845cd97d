"""How the studio is started."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioOptions:
    """What the command line says about one run of the studio."""

    demo: bool = False
    """Use the embedded engine, whatever is set up."""

    server: str | None = None
    """The server to start with, by name."""

    theme: str | None = None
    """The look of the first frame, before the settings are read."""

    graphics: str | None = None
    """How pictures are drawn; None: as the terminal can."""

    log: Path | None = None
    """Where an unexpected fault is written down."""
