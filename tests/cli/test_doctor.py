"""`latentui doctor`: what it finds, with and without a terminal, and what it never says."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Latentui
from tests.support.engine_process import EngineProcess
from tests.support.pty_terminal import KITTY_ANSWERS, PtyTerminal


async def test_without_a_terminal_it_says_so_and_all_the_rest(latentui: Latentui) -> None:
    ended = await latentui("doctor")
    assert ended.code == 0
    for words in (
        "latentui\n",
        "python",
        "textual",
        "pillow",
        "terminal  ",
        "folders\n",
        "settings.toml",
        "not there yet",
    ):
        assert words in ended.out
    assert "none" in next(line for line in ended.out.splitlines() if line.startswith("  terminal"))
    assert "\x1b" not in ended.out


async def test_as_json_it_is_one_object(latentui: Latentui) -> None:
    report = json.loads((await latentui("doctor", "--json")).out)
    assert set(report) == {"latentui", "terminal", "servers", "folders", "settings"}
    assert report["terminal"]["terminal"] == "none"
    assert report["latentui"]["python"].startswith("3.")


async def test_servers_are_asked_and_named(
    latentui: Latentui, engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENTUI_COMFYUI_URL", engine.url)
    monkeypatch.setenv("LATENTUI_A1111_URL", "http://127.0.0.1:9")
    servers = json.loads((await latentui("doctor", "--json")).out)["servers"]
    assert "●" in servers["comfyui"]
    assert "○" in servers["a1111"]
    assert servers["fooocus"].endswith("off")


async def test_no_secret_is_said(latentui: Latentui, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTUI_COMFYUI_URL", "http://ann:hunter2@127.0.0.1:9/comfy?token=hunter3")
    monkeypatch.setenv("LATENTUI_COMFYUI_API_KEY", "hunter4")
    monkeypatch.setenv("LATENTUI_COMFYUI_PASSWORD", "hunter5")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.8 22")
    for words in (("doctor",), ("doctor", "--json")):
        ended = await latentui(*words)
        assert "***@127.0.0.1:9/comfy" in ended.out
        for secret in ("hunter", "ann:", "192.0.2.7"):
            assert secret not in ended.out + ended.err


async def test_broken_settings_are_a_line_of_the_report(
    latentui: Latentui, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "broken"
    monkeypatch.setenv("LATENTUI_HOME", str(home))
    path = Path((await latentui("config", "path")).out.strip())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("theme = 7\n")
    ended = await latentui("doctor")
    assert ended.code == 0
    assert "line 1: theme" in ended.out


def test_in_a_terminal_it_says_what_the_terminal_is(tmp_path: Path) -> None:
    terminal = PtyTerminal(
        [sys.executable, "-m", "tui", "doctor"], KITTY_ANSWERS, environ={"LATENTUI_HOME": str(tmp_path)}
    )
    assert terminal.run()
    assert terminal.close() == 0
    said = terminal.output.decode()
    assert "kitty 0.41.1" in said
    assert "unicode placeholders" in said
