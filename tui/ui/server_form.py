"""A server's settings as a form, and the form's values as a server."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tui.domain.errors import SettingsError
from tui.domain.forms import ChoiceField, Field, Form, IntegerField, NumberField, TextField, ToggleField
from tui.domain.request import FieldValue, Task
from tui.domain.settings import GenerationDefaults, Secret, ServerKind, ServerSettings
from tui.ui.words import server_label

SECRETS = frozenset({"api_key", "password"})
"""Fields whose text is never shown."""

_DEFAULTS = "Defaults for forms"
_OWN = "0: the workflow's own"
_UNSET = 0

_FIELDS: tuple[Field, ...] = (
    TextField(name="name", label="Name", is_required=True),
    ChoiceField(
        name="kind", label="Kind", choices=tuple(kind.value for kind in ServerKind), is_required=True
    ),
    TextField(name="url", label="Address", is_required=True),
    ToggleField(name="is_enabled", label="In use"),
    TextField(name="api_key", label="Key", group="Access"),
    TextField(name="username", label="User", group="Access"),
    TextField(name="password", label="Password", group="Access"),
    ToggleField(name="verifies_tls", label="Check TLS", default=True, group="Access"),
    TextField(name="ca_file", label="CA file", group="Access"),
    TextField(name="checkpoint", label="Checkpoint", group=_DEFAULTS),
    TextField(name="sampler", label="Sampler", group=_DEFAULTS),
    TextField(name="scheduler", label="Scheduler", group=_DEFAULTS),
    IntegerField(name="steps", label="Steps", maximum=10_000, group=_DEFAULTS, note=_OWN),
    NumberField(name="cfg_scale", label="CFG", maximum=100.0, step=0.5, group=_DEFAULTS, note=_OWN),
    IntegerField(name="width", label="Width", maximum=16_384, step=8, group=_DEFAULTS, note=_OWN),
    IntegerField(name="height", label="Height", maximum=16_384, step=8, group=_DEFAULTS),
)


def server_form(server: ServerSettings | None) -> tuple[Form, dict[str, FieldValue]]:
    """The form for a server, or for a new one. Secrets come out empty: a secret is only ever replaced."""
    title = f"Server {server_label(server.name)}" if server else "Another server"
    form = Form(workflow="server", title=title, task=Task.CUSTOM, fields=_FIELDS)
    server = server or ServerSettings(
        name="", kind=ServerKind.COMFYUI, url=ServerKind.COMFYUI.default_url, is_enabled=True
    )
    defaults = server.defaults
    return form, {
        "name": server.name,
        "kind": server.kind.value,
        "url": server.url,
        "is_enabled": server.is_enabled,
        "api_key": "",
        "username": server.username or "",
        "password": "",
        "verifies_tls": server.verifies_tls,
        "ca_file": server.ca_file or "",
        "checkpoint": defaults.checkpoint or "",
        "sampler": defaults.sampler or "",
        "scheduler": defaults.scheduler or "",
        "steps": defaults.steps or _UNSET,
        "cfg_scale": defaults.cfg_scale or float(_UNSET),
        "width": defaults.width or _UNSET,
        "height": defaults.height or _UNSET,
    }


def server_from(values: Mapping[str, FieldValue], old: ServerSettings | None) -> ServerSettings:
    """The server that the form describes; raises SettingsError in words."""
    name = _text(values, "name")
    if not re.fullmatch(r"[^\s\"'\\.](?:[^\"'\\.\n]*[^\s\"'\\.])?", name):
        raise SettingsError("The server needs a name.", "Letters, digits, spaces and dashes will do.")
    url = _text(values, "url").rstrip("/")
    if not re.match(r"https?://[^/\s]+", url):
        raise SettingsError(
            "The address must begin with http:// or https://.", "Such as http://192.168.1.5:8188"
        )
    return ServerSettings(
        name=name,
        kind=ServerKind(_text(values, "kind")),
        url=url,
        is_enabled=bool(values["is_enabled"]),
        api_key=_secret(values, "api_key", old.api_key if old else None),
        username=_text(values, "username") or None,
        password=_secret(values, "password", old.password if old else None),
        headers=old.headers if old else MappingProxyType({}),
        verifies_tls=bool(values["verifies_tls"]),
        ca_file=_text(values, "ca_file") or None,
        defaults=_defaults(values),
    )


def switched(server: ServerSettings) -> ServerSettings:
    """The same server, on instead of off or the other way round."""
    return replace(server, is_enabled=not server.is_enabled)


def _defaults(values: Mapping[str, FieldValue]) -> GenerationDefaults:
    return GenerationDefaults(
        checkpoint=_text(values, "checkpoint") or None,
        sampler=_text(values, "sampler") or None,
        scheduler=_text(values, "scheduler") or None,
        steps=_number(values, "steps"),
        cfg_scale=float(values["cfg_scale"])
        if isinstance(values["cfg_scale"], float) and values["cfg_scale"]
        else None,
        width=_number(values, "width"),
        height=_number(values, "height"),
    )


def _text(values: Mapping[str, FieldValue], name: str) -> str:
    return str(values.get(name) or "").strip()


def _number(values: Mapping[str, FieldValue], name: str) -> int | None:
    value = values[name]
    return value if isinstance(value, int) and value else None


def _secret(values: Mapping[str, FieldValue], name: str, old: Secret | None) -> Secret | None:
    typed = _text(values, name)
    return (None if typed == "none" else Secret(typed)) if typed else old
