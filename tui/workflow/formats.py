"""A workflow file in either format, told apart by what is in it."""

import json
from dataclasses import dataclass
from typing import Final, TypeAlias

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, JsonObject, list_of, object_of
from tui.domain.request import ApiWorkflow
from tui.workflow.limits import check_depth

MOST_BYTES: Final = 64 * 1024 * 1024

_NOT_ONE = "This is no ComfyUI workflow."
_CHOOSE = "Choose a file that ComfyUI saved: a workflow, or its API format."


@dataclass(frozen=True, slots=True)
class UiWorkflow:
    """A workflow as the canvas saves it. Treat it as frozen."""

    canvas: JsonObject


Workflow: TypeAlias = UiWorkflow | ApiWorkflow


def parse_workflow(source: bytes | str | JsonObject) -> Workflow:
    """A canvas workflow as `UiWorkflow`, an API graph as it is; also out of a wrapper.

    Raises `WorkflowError` for anything else, and for what is too large or too deep to be one.
    """
    data = source if isinstance(source, dict) else read_json(source)
    check_depth(data)
    found = object_of(data)
    for candidate in (found, object_of(found.get("workflow")), object_of(found.get("prompt"))):
        if is_canvas(candidate):
            return UiWorkflow(candidate)
        if is_api(candidate):
            return candidate
    raise WorkflowError(_NOT_ONE, _CHOOSE)


def is_canvas(data: JsonObject) -> bool:
    """Whether it has the parts of a canvas workflow."""
    return isinstance(data.get("nodes"), list)


def is_api(data: JsonObject) -> bool:
    """Whether every part of it is a node in API format."""
    return bool(data) and all(_is_api_node(object_of(node)) for node in data.values())


def _is_api_node(node: JsonObject) -> bool:
    return isinstance(node.get("class_type"), str) and isinstance(node.get("inputs"), dict)


def read_json(source: bytes | str) -> Json:
    """The JSON of a file; bare NaN and Infinity, which Python programs write, are null."""
    if len(source) > MOST_BYTES:
        raise WorkflowError(f"This file is larger than {MOST_BYTES // 2**20} MB.", _CHOOSE)
    try:
        text = source if isinstance(source, str) else source.decode("utf-8-sig")
        data: Json = json.loads(text, parse_constant=_nothing)
    except (ValueError, RecursionError) as error:
        raise WorkflowError("This file is not JSON.", _CHOOSE) from error
    check_depth(data)
    return _without_surrogates(data) if "\\ud" in text or "\\uD" in text else data


def _nothing(_: str) -> None:
    return None


def _without_surrogates(data: Json) -> Json:
    """Halves of characters, which no server takes, become replacement characters."""
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, list):
        return [_without_surrogates(item) for item in list_of(data)]
    if isinstance(data, dict):
        return {key: _without_surrogates(value) for key, value in data.items()}
    return data
