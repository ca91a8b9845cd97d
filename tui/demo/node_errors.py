"""What can be wrong with one input of a node, in ComfyUI's words."""

import traceback
from pathlib import Path
from typing import Any

from tui.demo.definitions import InputSpec
from tui.demo.folders import Folders, UnsafePathError
from tui.demo.wire import JsonObject

_LONGEST_LISTED = 20  # more choices than this are counted, not listed


def reason(kind: str, message: str, details: str = "", extra: JsonObject | None = None) -> JsonObject:
    """One error in the shape all of them have."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra or {}}


def missing_input(name: str) -> JsonObject:
    """A required input is not there."""
    return reason("required_input_missing", "Required input is missing", name, {"input_name": name})


def bad_link(spec: InputSpec, link: list[Any]) -> JsonObject:
    """A list that is not a node and a slot."""
    message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
    return reason("bad_linked_input", message, spec.name, {**spec.told(), "received_value": link})


def type_mismatch(spec: InputSpec, link: list[Any], received: str) -> JsonObject | None:
    """The other node returns something else than this input takes."""
    if "*" in (received, spec.kind):
        return None
    if isinstance(spec.kind, str) and set(received.split(",")) & set(spec.kind.split(",")):
        return None
    details = f"{spec.name}, received_type({received}) mismatch input_type({spec.kind})"
    extra = {**spec.told(), "received_type": received, "linked_node": link}
    return reason("return_type_mismatch", "Return type mismatch between linked nodes", details, extra)


def converted(spec: InputSpec, value: object) -> tuple[object, JsonObject | None]:
    """The value as the type the input wants, and why it could not be."""
    kinds = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}
    kind = kinds.get(spec.kind) if isinstance(spec.kind, str) else None
    if kind is None:
        return value, None
    try:
        return kind(value), None  # pyright: ignore[reportArgumentType, reportCallIssue] a TypeError is an answer
    except (ValueError, TypeError, OverflowError) as error:
        message = f"Failed to convert an input value to a {spec.kind} value"
        extra = {**spec.told(), "received_value": value, "exception_message": str(error)}
        return value, reason("invalid_input_type", message, f"{spec.name}, {value}, {error}", extra)


def out_of_range(spec: InputSpec, value: Any) -> JsonObject | None:
    """A number beyond its limits; the step is not enforced."""
    extra = {**spec.told(), "received_value": value}
    if "min" in spec.options and value < spec.options["min"]:
        message = f"Value {value} smaller than min of {spec.options['min']}"
        return reason("value_smaller_than_min", message, spec.name, extra)
    if "max" in spec.options and value > spec.options["max"]:
        message = f"Value {value} bigger than max of {spec.options['max']}"
        return reason("value_bigger_than_max", message, spec.name, extra)
    return None


def not_a_choice(spec: InputSpec, value: object) -> JsonObject | None:
    """Something that is not in the list."""
    choices = spec.choices
    if choices is None or value in choices:
        return None
    extra: JsonObject = {**spec.told(), "received_value": value}
    listed = str(choices)
    if len(choices) > _LONGEST_LISTED:
        listed = f"(list of length {len(choices)})"
        extra["input_config"] = None
    return reason("value_not_in_list", "Value not in list", f"{spec.name}: {value!r} not in {listed}", extra)


def invalid_image(folders: Folders, name: str, value: object) -> JsonObject | None:
    """LoadImage judges its file itself, so that it also takes files below the input folder."""
    try:
        exists = folders.annotated(str(value)).exists()
    except (UnsafePathError, OSError):  # a name too long for the disk is no image either
        exists = False
    if exists:
        return None
    details = f"{name} - Invalid image file: {value}"
    return reason(
        "custom_validation_failed", "Custom validation failed for node", details, {"input_name": name}
    )


def raised(error: Exception, spec: InputSpec | None = None, link: list[Any] | None = None) -> JsonObject:
    """Judging a node failed altogether, most often because a link leads nowhere."""
    extra: JsonObject = {"exception_type": type(error).__name__, "traceback": trace(error)}
    if spec is None:
        message = "Exception when validating node"
        return reason("exception_during_validation", message, str(error), extra)
    extra = {**spec.told(), "exception_message": str(error), **extra, "linked_node": link}
    message = "Exception when validating inner node"
    return reason("exception_during_inner_validation", message, str(error), extra)


def trace(error: BaseException) -> list[str]:
    """Where it happened, without the folders of this machine."""
    return [
        f'  File "{Path(frame.filename).name}", line {frame.lineno}, in {frame.name}\n'
        for frame in traceback.extract_tb(error.__traceback__)
    ]
