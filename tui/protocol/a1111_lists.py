"""What an A1111 server has: checkpoints, samplers, LoRAs and so on, and its options."""

import re
from dataclasses import dataclass
from typing import Any

from tui.domain.json_values import list_of, number_of, object_of, objects_in, text_of
from tui.domain.text import one_line

_HASH = re.compile(r"\s*\[[0-9a-fA-F]{6,64}\]$")
_EDGES, _NOTHING = "canny", "none"
_USUAL_VAE, _OWN_VAE = "Automatic", "None"
_NO_UPSCALER = frozenset({"none"})
_OF_ERRORS = frozenset({"error", "errors", "detail", "message", "body"})
"""Keys of bodies that are errors; LM Studio, on a port that others use too, sends them with a 200."""

_MOST = 300
"""Characters of a name that are kept."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint by the names that servers use for it in different places."""

    name: str
    """Its path below the folder of checkpoints: the same before and after it is hashed, and unique."""

    model_name: str
    """What the infotext of its pictures says."""

    hash: str = ""

    def is_called(self, name: str) -> bool:
        """Whether any of its names is `name`; a hash in brackets behind it does not matter."""
        bare, plain = without_hash(name).casefold(), self.name.casefold()
        stem = plain.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return bare in {plain, stem, self.model_name.casefold(), self.hash.casefold() or plain}


@dataclass(frozen=True, slots=True)
class Upscaler:
    """A way to enlarge a finished picture."""

    name: str
    scale: float = 4.0
    is_downloaded: bool = True


@dataclass(frozen=True, slots=True)
class LoraFile:
    """A LoRA as the server knows it."""

    name: str
    alias: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A noise schedule: requests take either, answers say the label."""

    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What pictures are made in, in bytes."""

    device: str = ""
    total: int | None = None
    free: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The few of the server's options that matter here."""

    checkpoint: str = ""
    has_previews: bool = True
    preview_interval: int | None = None
    """Steps before a preview, negative for none while sampling; None when that is not told."""

    is_interval_saved: bool = False
    """Whether somebody ever saved it: only then an override of it is undone after the job."""

    preview_kind: str = ""
    vae: str = ""
    """The VAE in force: a file, "Automatic", or "None" for the checkpoint's own."""

    has_control_maps: bool = True
    """Whether ControlNet's extension appends what guided it."""


def read_options(answer: object) -> Options | None:
    """What `/sdapi/v1/options` said; None when that was no list of options."""
    tree = object_of(answer)
    if not isinstance(answer, dict) or (tree and set(tree) <= _OF_ERRORS):
        return None
    interval = number_of(tree.get("show_progress_every_n_steps"))
    return Options(
        checkpoint=_name(tree.get("sd_model_checkpoint")),
        has_previews=tree.get("live_previews_enable") is not False,
        preview_interval=None if interval is None else int(interval),
        # the server lists 10 for a default of its own, and 10.0 for what was saved: only that went
        # through the number field of its answer
        is_interval_saved=isinstance(tree.get("show_progress_every_n_steps"), float),
        preview_kind=_name(tree.get("show_progress_type")),
        vae=_name(tree.get("sd_vae")),
        has_control_maps=tree.get("control_net_no_detectmap") is not True,
    )


def preview_override(options: Options) -> dict[str, int]:
    """The overrides that bring previews early, where the server restores them afterwards.

    An override of an option that was never saved stays, for everybody: nothing is asked for then, and
    previews come as seldom as the server makes them. A person who chose none while sampling, or full
    ones that cost a decoding each, is left alone too.
    """
    interval = options.preview_interval
    if not options.has_previews or not options.is_interval_saved or interval is None or interval <= 1:
        return {}
    return {} if options.preview_kind.casefold() == "full" else {"show_progress_every_n_steps": 1}


def read_checkpoints(answer: object) -> tuple[Checkpoint, ...]:
    """What `/sdapi/v1/sd-models` said."""
    found = (
        Checkpoint(
            without_hash(_name(tree.get("title"))) or _name(tree.get("model_name")),
            _name(tree.get("model_name")),
            _name(tree.get("hash")),
        )
        for tree in objects_in(answer)
    )
    return tuple(checkpoint for checkpoint in found if checkpoint.name)


def loaded_first(checkpoints: tuple[Checkpoint, ...], loaded: str) -> tuple[str, ...]:
    """Their names, the loaded one at the head."""
    ordered = sorted(checkpoints, key=lambda checkpoint: not (loaded and checkpoint.is_called(loaded)))
    return tuple(dict.fromkeys(checkpoint.name for checkpoint in ordered))


def read_names(answer: object, key: str = "name") -> tuple[str, ...]:
    """The names in a list of things."""
    return tuple(dict.fromkeys(name for tree in objects_in(answer) if (name := _name(tree.get(key)))))


def read_schedulers(answer: object) -> tuple[Scheduler, ...]:
    """What `/sdapi/v1/schedulers` said."""
    return tuple(
        Scheduler(name, _name(tree.get("label")) or name)
        for tree in objects_in(answer)
        if (name := _name(tree.get("name")))
    )


def read_loras(answer: object) -> tuple[LoraFile, ...]:
    """What `/sdapi/v1/loras` said."""
    return tuple(
        LoraFile(name, _name(tree.get("alias")), text_of(tree.get("path")))
        for tree in objects_in(answer)
        if (name := _name(tree.get("name")))
    )


def read_vaes(answer: object, current: str) -> tuple[str, ...]:
    """What `/sdapi/v1/sd-vae` said, and what there is without a file; what is in force comes first."""
    names = (current or _USUAL_VAE, _USUAL_VAE, _OWN_VAE, *read_names(answer, "model_name"))
    return tuple(dict.fromkeys(names))


def read_controlnets(answer: object) -> tuple[str, ...]:
    """What ControlNet's extension said of its models; those for edges first, which the form is about."""
    names = [name for name in _listed(answer, "model_list") if name.casefold() != _NOTHING]
    return tuple(sorted(names, key=lambda name: _EDGES not in name.casefold()))


def read_preprocessors(answer: object) -> tuple[str, ...]:
    """What it said of its preprocessors: the one for edges first, then none, which has a name there."""
    ranks = {_EDGES: 0, _NOTHING: 1}
    return tuple(sorted(_listed(answer, "module_list"), key=lambda name: ranks.get(name.casefold(), 2)))


def _listed(answer: object, key: str) -> tuple[str, ...]:
    names = (_name(item) for item in list_of(object_of(answer).get(key)))
    return tuple(dict.fromkeys(name for name in names if name))


def read_upscalers(answer: object) -> tuple[Upscaler, ...]:
    """What `/sdapi/v1/upscalers` said, without the one that does nothing."""
    return tuple(
        Upscaler(name, _scale(tree), not text_of(tree.get("model_path")).startswith(("http:", "https:")))
        for tree in objects_in(answer)
        if (name := _name(tree.get("name"))) and name.casefold() not in _NO_UPSCALER
    )


def read_embeddings(answer: object) -> tuple[str, ...]:
    """What `/sdapi/v1/embeddings` said: by name, or on SD.Next a plain list."""
    loaded = object_of(answer).get("loaded")
    return tuple(name for item in list_of(loaded) or object_of(loaded) if (name := _name(item)))


def read_memory(answer: object) -> Memory:
    """What `/sdapi/v1/memory` said: the GPU's where it has one, else the machine's."""
    tree = object_of(answer)
    gpu = object_of(object_of(tree.get("cuda")).get("system"))
    if gpu:
        return Memory("CUDA", _bytes(gpu.get("total")), _bytes(gpu.get("free")))
    ram = object_of(tree.get("ram"))
    return Memory("no CUDA" if "cuda" in tree else "", _bytes(ram.get("total")), _bytes(ram.get("free")))


def without_hash(title: str) -> str:
    """A checkpoint's title without the hash that is behind it once it was loaded."""
    return _HASH.sub("", title)


def _scale(tree: dict[str, Any]) -> float:
    scale = number_of(tree.get("scale"))
    return scale if scale is not None and 1.0 < scale <= 16.0 else 4.0


def _bytes(value: object) -> int | None:
    found = number_of(value)
    return int(found) if found is not None and found >= 0 else None


def _name(value: object) -> str:
    return one_line(text_of(value), _MOST)
