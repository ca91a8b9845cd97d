"""Which backend serves which kind of server: one line each, imported only when used."""

from importlib import import_module

from tui.backends.base import Backend, ImageBackend, TextBackend
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
    if settings.kind not in _BACKENDS:
        raise SettingsError(f"{settings.kind.label} servers are not supported by this version.")
    module, _, name = _BACKENDS[settings.kind].partition(":")
    backend_type: type[Backend] = getattr(import_module(module), name)
    return backend_type(settings)


def is_image_backend(backend: Backend) -> bool:
    """Whether it makes pictures."""
    return isinstance(backend, ImageBackend)


def is_text_backend(backend: Backend) -> bool:
    """Whether it writes text."""
    return isinstance(backend, TextBackend)
