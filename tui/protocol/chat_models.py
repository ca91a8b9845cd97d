"""What a language server says of its models: LM Studio, llama.cpp, Ollama, vLLM and Jan."""

from dataclasses import dataclass
from typing import Any

from tui.domain.json_values import integer_of, list_of, object_of, objects_in, text_of
from tui.domain.text import one_line

LISTS = ("/api/v1/models", "/api/v0/models", "/v1/models")
"""Model lists, the most telling first. A 200 proves nothing: LM Studio gives one to unknown paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """One model of a language server. `is_loaded` and `sees_pictures` are None where nobody tells."""

    name: str
    is_loaded: bool | None = None
    sees_pictures: bool | None = None
    context: int | None = None
    size: int | None = None
    """Bytes of its weights, about what it takes of the memory while it is loaded."""

    instance: str | None = None
    """The id to unload it by."""


@dataclass(frozen=True, slots=True)
class ModelList:
    """Everything one list says; `product` is who seems to be speaking."""

    product: str
    models: tuple[LanguageModel, ...]

    @property
    def serving(self) -> LanguageModel | None:
        """The model that will answer: a loaded one, else the first."""
        loaded = [model for model in self.models if model.is_loaded is not False]
        return next(iter(loaded or self.models), None)


def read_models(path: str, body: object) -> ModelList | None:
    """The list that `path` answered, or None when the body is not one."""
    tree = object_of(body)
    match path:
        case "/api/v1/models":
            return _native_v1(tree)
        case "/api/v0/models":
            return _native_v0(tree)
        case _:
            return _openai(tree)


def _native_v1(body: dict[str, Any]) -> ModelList | None:
    if not isinstance(body.get("models"), list):
        return None
    entries = objects_in(body["models"])
    return ModelList("LM Studio", _in_order([_v1(entry) for entry in entries if _is_chat(entry, "key")]))


def _v1(entry: dict[str, Any]) -> LanguageModel:
    instances = objects_in(entry.get("loaded_instances"))
    first = instances[0] if instances else {}
    return LanguageModel(
        name=one_line(entry["key"]),
        is_loaded=bool(instances),
        sees_pictures=object_of(entry.get("capabilities")).get("vision") is True,
        context=integer_of(object_of(first.get("config")).get("context_length")),
        size=integer_of(entry.get("size_bytes")),
        instance=text_of(first.get("id")) or None,
    )


def _native_v0(body: dict[str, Any]) -> ModelList | None:
    entries = objects_in(body.get("data"))
    if not isinstance(body.get("data"), list) or not all("state" in entry for entry in entries):
        return None
    return ModelList("LM Studio", _in_order([_v0(entry) for entry in entries if _is_chat(entry, "id")]))


def _v0(entry: dict[str, Any]) -> LanguageModel:
    return LanguageModel(
        name=one_line(entry["id"]),
        is_loaded=entry.get("state") == "loaded",
        sees_pictures=entry.get("type") == "vlm",
        context=integer_of(entry.get("loaded_context_length")),
        instance=entry["id"],
    )


def _openai(body: dict[str, Any]) -> ModelList | None:
    if not isinstance(body.get("data", 0), list | None):  # null: Ollama without models
        return None
    chat = [entry for entry in objects_in(body["data"]) if _is_chat(entry, "id")]
    if any(entry["id"] == "sd-cpp-local" for entry in chat):
        return None  # stable-diffusion.cpp listens at the same port and writes no text
    multimodal = _multimodal(body)
    return ModelList(_product(chat), _in_order([_plain(entry, multimodal) for entry in chat]))


def _plain(entry: dict[str, Any], multimodal: frozenset[str]) -> LanguageModel:
    sees: bool | None = entry["id"] in multimodal or None
    if architecture := object_of(entry.get("architecture")):
        sees = "image" in list_of(architecture.get("input_modalities"))
    loaded = True if entry.get("owned_by") in {"llamacpp", "me", "vllm", "user"} else None
    if status := object_of(entry.get("status")):  # llama.cpp's router
        loaded = status.get("value") in {"loaded", "sleeping"}
    facts = object_of(entry.get("meta"))
    return LanguageModel(
        name=one_line(entry["id"]),
        is_loaded=loaded,
        sees_pictures=sees,
        context=integer_of(facts.get("n_ctx")) or integer_of(entry.get("max_model_len")),
        size=integer_of(facts.get("size")),
        instance=entry["id"] if status else None,
    )


_PRODUCTS = {
    "organization_owner": "LM Studio",
    "llamacpp": "llama.cpp",
    "me": "llama-cpp-python",
    "vllm": "vLLM",
    "user": "Jan",
    "library": "Ollama",
}
"""Who `owned_by` gives away."""


def _product(entries: list[dict[str, Any]]) -> str:
    owners = [text_of(entry.get("owned_by")) for entry in entries]
    return next((_PRODUCTS[owner] for owner in owners if owner in _PRODUCTS), "language server")


def _multimodal(body: dict[str, Any]) -> frozenset[str]:
    entries = objects_in(body.get("models"))
    return frozenset(
        text_of(entry.get("name")) for entry in entries if "multimodal" in list_of(entry.get("capabilities"))
    )


def _is_chat(entry: dict[str, Any], key: str) -> bool:
    name = text_of(entry.get(key))
    return bool(name) and "embed" not in text_of(entry.get("type")) and "embed" not in name.lower()


def _in_order(models: list[LanguageModel]) -> tuple[LanguageModel, ...]:
    """Loaded ones first; each name once."""
    unique = {model.name: model for model in models}
    return tuple(sorted(unique.values(), key=lambda model: model.is_loaded is not True))
