"""The settings file is read whole or told about, and changed without losing a comment."""

import stat
from pathlib import Path

import pytest

from tui.domain.errors import SettingsError
from tui.domain.settings import GenerationDefaults, Secret, ServerKind, ServerSettings
from tui.storage.overrides import apply_environment
from tui.storage.settings_file import default_settings, read_settings
from tui.storage.settings_writer import remove_server, write_server, write_values

PICTURES = Path("/pictures")


def write(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text)
    return path


def test_without_a_file_the_usual_servers_are_there_and_off(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "none.toml", PICTURES)
    assert {server.kind.value: server.url for server in settings.servers} == {
        "comfyui": "http://127.0.0.1:8188",
        "a1111": "http://127.0.0.1:7860",
        "invokeai": "http://127.0.0.1:9090",
        "fooocus": "http://127.0.0.1:8888",
        "lmstudio": "http://127.0.0.1:1234",
    }
    assert not any(server.is_enabled for server in settings.servers)
    assert settings.pictures_folder == "/pictures"


def test_a_server_carries_everything_that_the_file_says(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        [servers.gpu-box]
        kind = "comfyui"
        url = "https://gpu-box:8188/comfy/"
        api_key = "env:COMFY_KEY"
        username = "ann"
        password = "secret"
        headers = { X-Team = "blue" }
        verify_tls = false
        ca_file = "/etc/ca.pem"
        [servers.gpu-box.defaults]
        checkpoint = "dream.safetensors"
        steps = 12
        cfg_scale = 6
        """,
    )
    server = read_settings(path, PICTURES).server("gpu-box")
    assert server == ServerSettings(
        name="gpu-box",
        kind=ServerKind.COMFYUI,
        url="https://gpu-box:8188/comfy",
        is_enabled=True,
        api_key=Secret("env:COMFY_KEY"),
        username="ann",
        password=Secret("secret"),
        headers={"X-Team": Secret("blue")},
        verifies_tls=False,
        ca_file="/etc/ca.pem",
        defaults=GenerationDefaults(checkpoint="dream.safetensors", steps=12, cfg_scale=6.0),
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('theme = "x\n', 1, "not valid TOML"),
        ("queue_depth = 2\nthem = 'dark'\n", 2, 'there is no setting "them"'),
        (
            "[servers.comfyui]\nenabled = true\n[servers.comfyui.defaults]\nsteps = 'many'\n",
            4,
            "expected `int",
        ),
        ("[servers.box]\nurl = 'http://box:1'\n", 1, "needs a kind"),
        ("[servers.comfyui]\nurl = 'box:8188'\n", 2, "http:// or https://"),
        ("\n[servers.comfyui]\nkind = 'comfy'\n", 3, "invalid enum value"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        read_settings(path, PICTURES)
    assert f"line {line}" in raised.value.title
    assert words in raised.value.title
    assert path.read_text() == text


def test_a_change_keeps_comments_and_writes_only_what_changed(tmp_path: Path) -> None:
    path = write(tmp_path, '# mine\n[servers.comfyui]\nurl = "http://box:8188" # the attic\n')
    old = read_settings(path, PICTURES).server("comfyui")
    assert old is not None
    new = ServerSettings(name="comfyui", kind=old.kind, url=old.url, is_enabled=False)
    write_server(path, old, new)
    text = path.read_text()
    assert "# mine" in text
    assert "# the attic" in text
    assert "enabled = false" in text
    assert "verify_tls" not in text
    assert read_settings(path, PICTURES).server("comfyui") == new


def test_a_new_file_is_private_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.toml"
    server = ServerSettings(name="box", kind=ServerKind.A1111, url="http://box:7860", is_enabled=True)
    write_server(path, None, server)
    assert read_settings(path, PICTURES).server("box") == server
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("#")


def test_a_file_that_holds_keys_is_taken_from_other_eyes(tmp_path: Path) -> None:
    path = write(tmp_path, "[servers.comfyui]\napi_key = 'sk-123'\n")
    path.chmod(0o644)
    read_settings(path, PICTURES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_values_are_set_and_taken_out(tmp_path: Path) -> None:
    path = write(tmp_path, "theme = 'a' # nice\n")
    write_values(path, {"queue_depth": 3})
    assert read_settings(path, PICTURES).queue_depth == 3
    write_values(path, {"queue_depth": None})
    assert read_settings(path, PICTURES).queue_depth == 2
    assert "# nice" in path.read_text()


def test_a_removed_server_is_gone_and_a_usual_one_is_off(tmp_path: Path) -> None:
    path = write(tmp_path, "[servers.comfyui]\n[servers.box]\nkind = 'a1111'\n")
    remove_server(path, "box")
    remove_server(path, "comfyui")
    settings = read_settings(path, PICTURES)
    assert settings.server("box") is None
    assert settings.server("comfyui") == ServerSettings(
        name="comfyui", kind=ServerKind.COMFYUI, url="http://127.0.0.1:8188"
    )


def test_the_environment_overrides_and_an_address_switches_on() -> None:
    environment = {
        "LATENTUI_PICTURES_FOLDER": "/elsewhere",
        "LATENTUI_COMFYUI_URL": "http://box:1/",
        "LATENTUI_COMFYUI_STEPS": "9",
        "LATENTUI_COMFYUI_API_KEY": "env:KEY",
        "LATENTUI_A1111_ENABLED": "yes",
    }
    settings = apply_environment(default_settings(PICTURES), environment)
    comfyui, a1111 = settings.server("comfyui"), settings.server("a1111")
    assert settings.pictures_folder == "/elsewhere"
    assert comfyui is not None
    assert (comfyui.url, comfyui.is_enabled, comfyui.defaults.steps) == ("http://box:1", True, 9)
    assert comfyui.api_key == Secret("env:KEY")
    assert a1111 is not None
    assert a1111.is_enabled


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="LATENTUI_COMFYUI_STEPS"):
        apply_environment(default_settings(PICTURES), {"LATENTUI_COMFYUI_STEPS": "many"})


def test_a_secret_never_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret("sk-123")
    server = ServerSettings(name="x", kind=ServerKind.COMFYUI, url="http://x", api_key=secret)
    assert "sk-123" not in f"{secret} {secret!r} {server}"
    monkeypatch.setenv("THE_KEY", "sk-456")
    assert Secret("env:THE_KEY").reveal() == "sk-456"
