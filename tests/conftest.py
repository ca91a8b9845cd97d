"""What every test gets: folders of its own, and none of the developer's settings."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All of Latentui's folders lie in the test's own; the environment holds no override."""
    for name in [name for name in os.environ if name.startswith("LATENTUI_") and "LIVE" not in name]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("LATENTUI_HOME", str(home))
    return home
