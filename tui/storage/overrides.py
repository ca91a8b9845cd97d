"""Settings from the environment: `LATENTUI_THEME`, `LATENTUI_COMFYUI_URL`, `LATENTUI_COMFYUI_STEPS`…

A server's variables carry its name in capitals, with `_` for everything that is no letter or digit.
Setting a server's address switches it on, unless `…_ENABLED` says otherwise.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.domain.errors import SettingsError
from tui.domain.settings import GenerationDefaults, Secret, ServerSettings, Settings

_PREFIX = "LATENTUI_"
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


def apply_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """`settings` with what the environment overrides. Raises `SettingsError` for an unusable value."""
    texts = {
        name: environment[_PREFIX + name.upper()] for name in _TEXTS if _PREFIX + name.upper() in environment
    }
    if "pictures_folder" in texts:
        texts["pictures_folder"] = str(Path(texts["pictures_folder"]).expanduser())
    changed = replace(settings, **texts)
    if depth := environment.get("LATENTUI_QUEUE_DEPTH"):
        changed = replace(changed, queue_depth=_integer("LATENTUI_QUEUE_DEPTH", depth))
    return replace(changed, servers=tuple(_server(server, environment) for server in settings.servers))


_TEXTS = ("pictures_folder", "name_pattern", "theme", "graphics")


def _server(server: ServerSettings, environment: Mapping[str, str]) -> ServerSettings:
    prefix = _PREFIX + re.sub(r"[^A-Z0-9]", "_", server.name.upper()) + "_"
    given = {key.removeprefix(prefix): value for key, value in environment.items() if key.startswith(prefix)}
    changes: dict[str, Any] = {}
    if url := given.get("URL"):
        changes |= {"url": url.rstrip("/"), "is_enabled": True}
    if "ENABLED" in given:
        changes["is_enabled"] = _boolean(prefix + "ENABLED", given["ENABLED"])
    if "VERIFY_TLS" in given:
        changes["verifies_tls"] = _boolean(prefix + "VERIFY_TLS", given["VERIFY_TLS"])
    changes |= {name.lower(): Secret(given[name]) for name in ("API_KEY", "PASSWORD") if given.get(name)}
    changes |= {name.lower(): given[name] for name in ("USERNAME", "CA_FILE") if given.get(name)}
    return replace(server, **changes, defaults=_defaults(server.defaults, prefix, given))


def _defaults(defaults: GenerationDefaults, prefix: str, given: Mapping[str, str]) -> GenerationDefaults:
    changes: dict[str, Any] = {
        name.lower(): given[name] for name in ("CHECKPOINT", "SAMPLER", "SCHEDULER") if given.get(name)
    }
    for name in ("STEPS", "WIDTH", "HEIGHT"):
        if given.get(name):
            changes[name.lower()] = _integer(prefix + name, given[name])
    if given.get("CFG_SCALE"):
        changes["cfg_scale"] = _number(prefix + "CFG_SCALE", given["CFG_SCALE"])
    return replace(defaults, **changes)


def _boolean(name: str, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise SettingsError(f"The environment variable {name} is {text!r}.", "Use 1 or 0.")


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise SettingsError(f"The environment variable {name} is {text!r}.", "Use a whole number.") from error


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SettingsError(f"The environment variable {name} is {text!r}.", "Use a number.") from error
