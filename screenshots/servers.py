"""Makes the README's pictures of the studio on real servers, those whose addresses are in the environment.

    LATENTUI_LIVE_A1111=http://127.0.0.1:7860 python screenshots/servers.py

Reads LATENTUI_LIVE_COMFYUI, _A1111, _INVOKEAI, _FOOOCUS and _LMSTUDIO, as the live tests do.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tui.domain.settings import ServerKind

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from terminal import Terminal, missing_programs  # noqa: E402 - a sibling of this script

SECONDS = 40
"""How long a picture may take; a server on a CPU needs it, though little is asked of it."""

SERVER = """[servers.{kind}]
url = "{url}"
[servers.{kind}.defaults]
steps = 8
width = 256
height = 256
"""


def addresses() -> dict[ServerKind, str]:
    """The servers that are there."""
    urls = {kind: os.environ.get(f"LATENTUI_LIVE_{kind.name}") for kind in ServerKind}
    return {kind: url for kind, url in urls.items() if url}


def main() -> None:
    if absent := missing_programs():
        sys.exit(f"Install first: {', '.join(absent)}")
    servers = addresses()
    if not servers:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as home:
        settings = Path(home) / "config" / "settings.toml"
        settings.parent.mkdir()
        settings.write_text("".join(SERVER.format(kind=kind, url=url) for kind, url in servers.items()))
        with Terminal([sys.executable, "-m", "tui"], "140x40", {"LATENTUI_HOME": home}) as terminal:
            time.sleep(8)
            terminal.type("a lighthouse at night")
            for kind in servers:
                if kind is not ServerKind.LMSTUDIO:
                    shoot(terminal, kind)
                if kind is ServerKind.COMFYUI:
                    show_workflows(terminal)


def shoot(terminal: Terminal, kind: ServerKind) -> None:
    """Choose the server, make a picture there, and save what the window shows."""
    terminal.key("ctrl+p")
    time.sleep(1)
    terminal.type(f"server: {kind}")
    time.sleep(1)
    terminal.key("Return")
    time.sleep(3)
    terminal.key("ctrl+g")
    time.sleep(SECONDS)
    terminal.shot(HERE / f"server-{kind}.png")
    print(kind)


def show_workflows(terminal: Terminal) -> None:
    """What lies on a ComfyUI, and what it lacks for one of its own templates."""
    terminal.key("F5")
    time.sleep(4)
    terminal.key("slash")
    terminal.type("stitch")
    terminal.key("Return")
    time.sleep(6)
    terminal.shot(HERE / "workflows.png")
    terminal.key("F2")
    time.sleep(1)


if __name__ == "__main__":
    main()
