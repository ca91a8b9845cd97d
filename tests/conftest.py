"""What every test gets: folders of its own, and none of the developer's settings."""

import os
import signal
from pathlib import Path

import pytest

TERMINAL = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TMUX", "TMUX_PANE")
"""What the developer's terminal says of itself."""


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Programs that tests start can be interrupted, even where the tests run in a shell's background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All of Latentui's folders lie in the test's own; the environment holds no override."""
    for name in [name for name in os.environ if name.startswith("LATENTUI_") and "LIVE" not in name]:
        monkeypatch.delenv(name)
    for name in TERMINAL:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("LATENTUI_HOME", str(home))
    return home
