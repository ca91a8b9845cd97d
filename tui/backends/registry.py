"""Which backend serves which kind of server: one line each, imported only when used."""

from importlib import import_module

from tui.backends.base import Backend
from tui.domain.errors import SettingsError
from tui.domain.settings import ServerKind, ServerSettings

_BACKENDS = {
    ServerKind.COMFYUI: "tui.backends.comfyui:ComfyUIBackend",
    ServerKind.A1111: "tui.backends.a1111:A1111Backend",
    ServerKind.INVOKEAI: "tui.backends.invokeai:InvokeAIBackend",
    ServerKind.FOOOCUS: "tui.backends.fooocus:FooocusBackend",
    ServerKind.LMSTUDIO: "tui.backends.lmstudio:LMStudioBackend",
}


def kinds() -> tuple[ServerKind, ...]:
    """The kinds there is a backend for."""
    return tuple(_BACKENDS)


def open_backend(settings: ServerSettings) -> Backend:
    """A backend for `settings`, not connected yet. Raises SettingsError for a kind there is none for."""
    return load_backend(settings.kind)(settings)


def load_backend(kind: ServerKind) -> type[Backend]:
    """The backend's class. The first time it is imported, which takes a while and may be done in a thread."""
    if kind not in _BACKENDS:
        raise SettingsError(f"{kind.label} servers are not supported by this version.")
    module, _, name = _BACKENDS[kind].partition(":")
    return getattr(import_module(module), name)
