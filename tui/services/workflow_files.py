"""Where workflows lie: the templates that come with the program, and the person's own."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.errors import PictureError, WorkflowError
from tui.domain.json_values import Json, JsonObject, object_of
from tui.domain.text import one_line
from tui.media.sniff import ENOUGH, media_type
from tui.workflow.formats import MOST_BYTES, read_json
from tui.workflow.templates import WorkflowTemplate, parse_template

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

BUILTIN = ("txt2img_default", "img2img_default", "inpaint_masked", "controlnet_canny", "upscale_model")
"""The templates in the order in which people meet them; others that lie beside them follow by name."""

_SLOTS = ".slots.json"
_NAMES_TEMPLATE = re.compile(r"[\w-]{1,80}").fullmatch  # and so no path
_PICTURES = (".png", ".webp", ".jpg", ".jpeg")
_MEDIA = frozenset({*_PICTURES, ".mp4", ".webm", ".mkv", ".mov"})
"""Files that may carry the workflow that made them."""


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

    is_result: bool = False
    """Whether it was read out of what it made: its seeds are those of the picture."""


def template_folder() -> "Traversable":
    """The templates: inside an installed package, or beside it in a checkout."""
    from importlib.resources import files  # 5 ms that a file of the person's own does not need

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
    return {name: template for name in names if (template := builtin_template(name))}


@cache
def builtin_template(name: str) -> WorkflowTemplate | None:
    """The template of this name, where one comes with the program; the others are left unread."""
    if not _NAMES_TEMPLATE(name):
        return None
    folder = template_folder()
    description = folder.joinpath(name + _SLOTS)
    if not description.is_file():
        return None
    graph = read_json(folder.joinpath(f"{name}.json").read_bytes())
    return parse_template(name, graph, read_json(description.read_bytes()))


def builtin_file(name: str) -> bytes:
    """The graph of a template that comes with the program."""
    return template_folder().joinpath(f"{name}.json").read_bytes()


def own_workflows(folder: Path) -> tuple[Path, ...]:
    """The workflow files in the person's folder and the folders in it, by name.

    A picture beside a file of the same name is its picture; another one is a workflow of its own.
    """
    if not folder.is_dir():
        return ()
    found = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    graphs = {path for path in found if path.suffix == ".json" and not path.name.endswith(_SLOTS)}
    made = {
        path for path in found if path.suffix.lower() in _MEDIA and path.with_suffix(".json") not in graphs
    }
    return tuple(sorted(graphs | made))


def picture_of(path: Path) -> Path | None:
    """The picture that shows what a workflow makes: itself, or the one beside it."""
    if path.suffix.lower() in _PICTURES:
        return path
    return next((beside for end in _PICTURES if (beside := path.with_suffix(end)).is_file()), None)


def find_own(folder: Path, workflow: str) -> Path:
    """The file that `workflow` means: a name in the person's folder, or a path."""
    for path in own_workflows(folder):
        if workflow in (own_name(folder, path), str(path)):
            return path
    path = Path(workflow).expanduser()
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):
        pass  # too long, or not a path at all
    known = ", ".join((*builtin_templates(), *(own_name(folder, own) for own in own_workflows(folder))))
    raise WorkflowError(f"There is no workflow “{one_line(workflow, 80)}”.", f"There are {known}.")


def own_name(folder: Path, path: Path) -> str:
    """What a file in the person's folder is called in lists: its path in there, without the ending."""
    return path.relative_to(folder).with_suffix("").as_posix()


def fingerprint(path: Path) -> tuple[object, ...]:
    """Something that differs once the file, or the description beside it, was changed."""
    return path, _stamp(path), _stamp(description_beside(path))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def description_beside(path: Path) -> Path:
    """The file that describes the slots of a graph."""
    return path.with_name(path.name.removesuffix(".json") + _SLOTS)


def read_own(path: Path, name: str) -> OwnWorkflow:
    """The workflow in a JSON file, or in the picture or video that it made; raises `WorkflowError`."""
    try:
        with path.open("rb") as stream:
            kind = media_type(stream.read(ENOUGH)) or ""
    except OSError as error:
        raise _unreadable(path) from error
    is_media = kind.startswith(("image/", "video/", "audio/"))
    if is_media or (kind != "text/plain" and path.suffix.lower() in _MEDIA):
        return _from_media(path, name)
    beside = description_beside(path)
    return OwnWorkflow(
        name=name,
        path=path,
        data=_read_json(path),
        description=_read_json(beside) if beside.is_file() else None,
    )


def _from_media(path: Path, name: str) -> OwnWorkflow:
    """What ran is surer than the canvas beside it, which may need nodes to be converted."""
    from tui.media.metadata import read_texts  # Pillow

    try:
        texts = read_texts(path)
    except PictureError as error:
        raise _unreadable(path) from error
    graph, canvas = (_json(texts.get(key, "null"), path) for key in ("prompt", "workflow"))
    if not graph and not canvas:
        raise WorkflowError(
            f"“{one_line(path.name, 80)}” carries no ComfyUI workflow.",
            "Some programs strip it when they save or send a picture; use the original file.",
        )
    return OwnWorkflow(
        name=name,
        path=path,
        data=graph or canvas,
        canvas=object_of(canvas) or None if graph else None,
        is_result=True,
    )


def _read_json(path: Path) -> Json:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WorkflowError(
                f"“{one_line(path.name, 80)}” is too large for a workflow.", "Choose another file."
            )
        return _json(path.read_bytes(), path)
    except OSError as error:
        raise _unreadable(path) from error


def _json(text: str | bytes, path: Path) -> Json:
    try:
        return read_json(text)
    except WorkflowError as error:
        raise WorkflowError(f"“{one_line(path.name, 80)}”: {error.title}", error.advice) from error


def _unreadable(path: Path) -> WorkflowError:
    return WorkflowError(
        f"“{one_line(path.name, 80)}” cannot be read.", "Check the path and its permissions."
    )
