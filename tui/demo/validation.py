"""Refuses a graph with ComfyUI's own words before anything of it runs."""

import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.demo.definitions import definitions, input_specs, is_output_node, output_types
from tui.demo.folders import Folders, UnsafePathError
from tui.demo.wire import Graph, JsonObject

_LONGEST_LISTED = 20  # more choices than this are counted, not listed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a graph: the output nodes that may run, or the error for the whole."""

    outputs: tuple[str, ...]
    node_errors: JsonObject
    error: JsonObject | None = None


def validate(graph: Graph, folders: Folders, targets: list[str] | None = None) -> Verdict:
    """Judge `graph`; with `targets` only those output nodes count."""
    outputs: list[str] = []
    for node_id, node in graph.items():
        missing = _missing_type(node_id, node)
        if missing is not None:
            return Verdict((), {}, missing)
        if is_output_node(node["class_type"]) and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Verdict((), {}, _error("prompt_no_outputs", "Prompt has no outputs"))
    return _Validation(graph, folders).verdict(outputs)


def _missing_type(node_id: str, node: JsonObject) -> JsonObject | None:
    class_type = node.get("class_type")
    title = node.get("_meta", {}).get("title", class_type or f"Node {node_id}")
    if class_type is None:
        message = (
            f"Node '{title}' has no class_type. The workflow may be corrupted or a custom node is missing."
        )
    elif class_type not in definitions():
        message = f"Node '{title}' not found. The custom node may not be installed."
    else:
        return None
    extra = {"node_id": node_id, "class_type": class_type, "node_title": title}
    return _error("missing_node_type", message, f"Node ID '#{node_id}'", extra)


def _error(kind: str, message: str, details: str = "", extra: JsonObject | None = None) -> JsonObject:
    return {"type": kind, "message": message, "details": details, "extra_info": extra or {}}


@dataclass(slots=True)
class _Validation:
    graph: Graph
    folders: Folders
    judged: dict[str, list[JsonObject]] = field(default_factory=dict[str, list[JsonObject]])
    valid: dict[str, bool] = field(default_factory=dict[str, bool])
    path: list[str] = field(default_factory=list[str])

    def verdict(self, outputs: list[str]) -> Verdict:
        good: list[str] = []
        reasons: list[JsonObject] = []
        node_errors: JsonObject = {}
        for output in outputs:
            if self._output_is_valid(output):
                good.append(output)
                continue
            reasons += self.judged[output]
            self._collect(output, node_errors)
        if good:
            return Verdict(tuple(good), node_errors)
        details = "\n".join(f"{reason['message']}: {reason['details']}" for reason in reasons)
        error = _error("prompt_outputs_failed_validation", "Prompt outputs failed validation", details)
        return Verdict((), node_errors, error)

    def _collect(self, output: str, node_errors: JsonObject) -> None:
        for node_id, errors in self.judged.items():
            if errors and not self.valid[node_id]:
                entry = node_errors.setdefault(
                    node_id,
                    {
                        "errors": errors,
                        "dependent_outputs": [],
                        "class_type": self.graph[node_id]["class_type"],
                    },
                )
                entry["dependent_outputs"].append(output)

    def _output_is_valid(self, output: str) -> bool:
        try:
            return self._judge(output)
        except (KeyError, IndexError, TypeError) as error:
            self.path.clear()
            extra = {"exception_type": type(error).__name__, "traceback": _trace(error)}
            reason = _error(
                "exception_during_validation", "Exception when validating node", str(error), extra
            )
            return self._settle(output, [reason])

    def _settle(self, node_id: str, errors: list[JsonObject], upstream_ok: bool = True) -> bool:
        self.judged[node_id] = errors
        self.valid[node_id] = upstream_ok and not errors
        return self.valid[node_id]

    def _judge(self, node_id: str) -> bool:
        if node_id in self.valid:
            return self.valid[node_id]
        if node_id in self.path:
            return self._settle(node_id, [self._cycle(node_id)])
        self.path.append(node_id)
        node = self.graph[node_id]
        given: JsonObject = node["inputs"]
        errors: list[JsonObject] = []
        upstream_ok = True
        for name, required, kind, options in input_specs(node["class_type"], self.folders):
            if name not in given:
                if required:
                    extra: JsonObject = {"input_name": name}
                    errors.append(_error("required_input_missing", "Required input is missing", name, extra))
            elif isinstance(given[name], list):
                fault = self._link_fault(name, given[name], kind, options)
                errors += [fault] if fault else []
                if fault is None:
                    upstream_ok = self._upstream_is_valid(name, given[name], kind, options) and upstream_ok
            else:
                errors += self._value_faults(node["class_type"], name, given, kind, options)
        self.path.pop()
        if node_id in self.valid and not self.valid[node_id]:
            return False  # found to be part of a cycle meanwhile
        return self._settle(node_id, errors, upstream_ok)

    def _cycle(self, node_id: str) -> JsonObject:
        members = [*self.path[self.path.index(node_id) :], node_id]
        details = " -> ".join(f"{member} ({self.graph[member]['class_type']})" for member in members)
        extra = {"node_id": node_id, "cycle_nodes": members[:-1]}
        return _error("dependency_cycle", "Dependency cycle detected", details, extra)

    def _link_fault(self, name: str, link: list[Any], kind: Any, options: JsonObject) -> JsonObject | None:
        extra: JsonObject = {"input_name": name, "input_config": [kind, options]}
        if len(link) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            return _error("bad_linked_input", message, name, {**extra, "received_value": link})
        received = output_types(self.graph[link[0]]["class_type"])[link[1]]
        if _fits(received, kind):
            return None
        details = f"{name}, received_type({received}) mismatch input_type({kind})"
        extra |= {"received_type": received, "linked_node": link}
        return _error("return_type_mismatch", "Return type mismatch between linked nodes", details, extra)

    def _upstream_is_valid(self, name: str, link: list[Any], kind: Any, options: JsonObject) -> bool:
        depth = len(self.path)
        try:
            return self._judge(link[0])
        except (KeyError, IndexError, TypeError) as error:
            del self.path[depth:]
            extra = {
                "input_name": name,
                "input_config": [kind, options],
                "exception_message": str(error),
                "exception_type": type(error).__name__,
                "traceback": _trace(error),
                "linked_node": link,
            }
            message = "Exception when validating inner node"
            reason = _error("exception_during_inner_validation", message, str(error), extra)
            return self._settle(link[0], [reason])

    def _value_faults(
        self, class_type: str, name: str, given: JsonObject, kind: Any, options: JsonObject
    ) -> list[JsonObject]:
        value = given[name]
        if isinstance(value, dict) and "__value__" in value:
            value = given[name] = value["__value__"]
        extra: JsonObject = {"input_name": name, "input_config": [kind, options], "received_value": value}
        try:
            value = given[name] = _converted(value, kind)
        except (ValueError, TypeError) as error:
            message = f"Failed to convert an input value to a {kind} value"
            extra["exception_message"] = str(error)
            return [_error("invalid_input_type", message, f"{name}, {value}, {error}", extra)]
        if class_type in ("LoadImage", "LoadImageMask") and name == "image":
            return self._image_faults(name, value)
        extra["received_value"] = value
        fault = _range_fault(name, value, options, extra) or _choice_fault(name, value, kind, options, extra)
        return [fault] if fault else []

    def _image_faults(self, name: str, value: object) -> list[JsonObject]:
        if _image_exists(self.folders, str(value)):
            return []
        details = f"{name} - Invalid image file: {value}"
        message = "Custom validation failed for node"
        return [_error("custom_validation_failed", message, details, {"input_name": name})]


def _image_exists(folders: Folders, name: str) -> bool:
    try:
        path: Path = folders.annotated(name)
    except UnsafePathError:
        return False
    return path.is_file()


def _fits(received: str, wanted: Any) -> bool:
    if "*" in (received, wanted):
        return True
    if not isinstance(wanted, str):
        return False
    return bool(set(received.split(",")) & set(wanted.split(",")))


def _converted(value: Any, kind: Any) -> Any:
    match kind:
        case "INT":
            return int(value)
        case "FLOAT":
            return float(value)
        case "STRING":
            return str(value)
        case "BOOLEAN":
            return bool(value)
        case _:
            return value


def _range_fault(name: str, value: Any, options: JsonObject, extra: JsonObject) -> JsonObject | None:
    if "min" in options and value < options["min"]:
        message = f"Value {value} smaller than min of {options['min']}"
        return _error("value_smaller_than_min", message, name, extra)
    if "max" in options and value > options["max"]:
        message = f"Value {value} bigger than max of {options['max']}"
        return _error("value_bigger_than_max", message, name, extra)
    return None


def _choice_fault(
    name: str, value: Any, kind: Any, options: JsonObject, extra: JsonObject
) -> JsonObject | None:
    choices = options.get("options", []) if kind == "COMBO" else kind
    if isinstance(choices, str) or value in choices:
        return None
    listed = str(choices)
    if len(choices) > _LONGEST_LISTED:
        listed = f"(list of length {len(choices)})"
        extra = {**extra, "input_config": None}
    return _error("value_not_in_list", "Value not in list", f"{name}: '{value}' not in {listed}", extra)


def _trace(error: BaseException) -> list[str]:
    """Where it happened, without the folders of this machine."""
    return [
        f'  File "{Path(frame.filename).name}", line {frame.lineno}, in {frame.name}\n'
        for frame in traceback.extract_tb(error.__traceback__)
    ]
