"""Makes the README's picture of the writing partner: the embedded engine, and a language server beside it.

    LATENTUI_LIVE_LMSTUDIO=http://127.0.0.1:1234 python screenshots/partner.py

Without an address, llama.cpp (xllamacpp, of the test extra) serves the word chains of the tests' own model.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from terminal import Terminal, missing_programs  # noqa: E402 - a sibling of this script

from tests.support.tiny_llm import write_tiny_llm  # noqa: E402 - found by the path above

PROMPT = "a red fox in fresh snow, sunset <lora:procedural-ink:0.4>"
SECONDS = 12
"""How long an answer may take."""


@contextmanager
def language_server(folder: Path) -> Generator[str]:
    """The address of one: named by the environment, or ours."""
    if url := os.environ.get("LATENTUI_LIVE_LMSTUDIO"):
        yield url
        return
    model = write_tiny_llm(folder / "tiny-llm.gguf")
    words = [sys.executable, "-m", "tests.support.llama_program", str(model)]
    with subprocess.Popen(
        words, cwd=HERE.parent, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True
    ) as server:
        assert server.stdout
        yield server.stdout.readline().split()[-1]
        server.kill()


def main() -> None:
    if absent := missing_programs():
        sys.exit(f"Install first: {', '.join(absent)}")
    with tempfile.TemporaryDirectory() as name, language_server(Path(name)) as url:
        settings = Path(name) / "config" / "settings.toml"
        settings.parent.mkdir()
        settings.write_text(f'[servers.lmstudio]\nurl = "{url}"\n')
        with Terminal([sys.executable, "-m", "tui", "--demo"], "120x40", {"LATENTUI_HOME": name}) as terminal:
            time.sleep(6)
            terminal.key("Escape", "ctrl+a")
            terminal.type(PROMPT)
            terminal.key("ctrl+g")
            time.sleep(6)
            terminal.key("ctrl+l")
            time.sleep(1)
            terminal.key("Return")
            time.sleep(SECONDS if os.environ.get("LATENTUI_LIVE_LMSTUDIO") else 2)
            terminal.shot(HERE / "partner.png")


if __name__ == "__main__":
    main()
