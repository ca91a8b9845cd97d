"""Where workflows lie: the templates that come with the program, and the person's own."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from tui.domain.errors import WorkflowError
from tui.domain.text import one_line
from tui.workflow.json_values import JsonObject, object_of
from tui.workflow.templates import WorkflowTemplate, parse_template

BUILTIN = ("txt2img_default", "img2img_default", "inpaint_masked", "controlnet_canny", "upscale_model")
"""The templates in the order in which people meet them; others that lie beside them follow by name."""

MAXIMUM_BYTES = 64 * 1024 * 1024
_SLOTS = ".slots.json"
_PICTURES = {".png", ".webp", ".jpg", ".jpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWorkflow:
    """A workflow file of the person's, read and not yet understood."""

    name: str
    path: Path
    data: object
    """The file's JSON."""

    canvas: JsonObject | None = None
    """The canvas that a picture carries beside its graph."""

    description: object = None
    """The JSON of the .slots.json file beside it, where there is one."""


def template_folder() -> Traversable:
    """The templates: inside an installed package, or beside it in a checkout."""
    package = files("tui")
    installed = package.joinpath("_workflows")
    return installed if installed.is_dir() else package.joinpath("..", "workflows")


@cache
def builtin_templates() -> dict[str, WorkflowTemplate]:
    """The templates that come with the program, by name."""
    folder = template_folder()
    found = {entry.name.removesuffix(_SLOTS) for entry in folder.iterdir() if entry.name.endswith(_SLOTS)}
    names = [name for name in BUILTIN if name in found]
    names += sorted(found.difference(BUILTIN))
    return {name: _builtin(folder, name) for name in names}


def _builtin(folder: Traversable, name: str) -> WorkflowTemplate:
    graph = json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))
    return parse_template(name, graph, json.loads(folder.joinpath(name + _SLOTS).read_text("utf-8")))


def own_workflows(folder: Path) -> tuple[Path, ...]:
    """The workflow files in the person's folder and the folders in it, by name."""
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(path for path in folder.rglob("*.json") if path.is_file() and not path.name.endswith(_SLOTS))
    )


def find_own(folder: Path, workflow: str) -> Path:
    """The file that `workflow` means: a name in the person's folder, or a path."""
    for path in own_workflows(folder):
        if workflow in (own_name(folder, path), str(path)):
            return path
    path = Path(workflow).expanduser()
    if path.is_file():
        return path
    known = ", ".join((*builtin_templates(), *(own_name(folder, own) for own in own_workflows(folder))))
    raise WorkflowError(f"There is no workflow “{one_line(workflow, 80)}”.", f"There are {known}.")


def own_name(folder: Path, path: Path) -> str:
    """What a file in the person's folder is called in lists: its path in there, without the ending."""
    return path.relative_to(folder).with_suffix("").as_posix()


def fingerprint(path: Path) -> tuple[object, ...]:
    """Something that differs once the file, or the description beside it, was changed."""
    return path, _stamp(path), _stamp(_description_beside(path))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _description_beside(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".json") + _SLOTS)


def read_own(path: Path, name: str) -> OwnWorkflow:
    """The workflow in a JSON file, or in the picture that it made; raises `WorkflowError`."""
    if path.suffix.lower() in _PICTURES:
        return _from_picture(path, name)
    beside = _description_beside(path)
    return OwnWorkflow(
        name=name,
        path=path,
        data=_read_json(path),
        description=_read_json(beside) if beside.is_file() else None,
    )


def _from_picture(path: Path, name: str) -> OwnWorkflow:
    """What ran is surer than the canvas beside it, which may need nodes to be converted."""
    from tui.media.metadata import read_texts  # Pillow

    texts = read_texts(path)
    graph, canvas = (_json(texts.get(key, "null"), path) for key in ("prompt", "workflow"))
    if not graph and not canvas:
        raise WorkflowError(
            f"“{one_line(path.name, 80)}” carries no ComfyUI workflow.",
            "Some programs strip it when they save or send a picture; use the original file.",
        )
    return OwnWorkflow(
        name=name, path=path, data=graph or canvas, canvas=object_of(canvas) or None if graph else None
    )


def _read_json(path: Path) -> object:
    shown = one_line(path.name, 80)
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise WorkflowError(f"“{shown}” is too large for a workflow.", "Choose another file.")
        return _json(path.read_bytes(), path)
    except OSError as error:
        raise WorkflowError(f"“{shown}” cannot be read.", "Check the path and its permissions.") from error


def _json(text: str | bytes, path: Path) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WorkflowError(
            f"“{one_line(path.name, 80)}” is not JSON.", "Choose a workflow saved by ComfyUI."
        ) from error
