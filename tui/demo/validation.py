"""Refuses a graph with ComfyUI's own words before anything of it runs."""

from dataclasses import dataclass, field
from typing import Any

from tui.demo.definitions import InputSpec, definitions, input_specs, is_output_node, output_types
from tui.demo.folders import Folders
from tui.demo.node_errors import (
    bad_link,
    converted,
    invalid_image,
    missing_input,
    not_a_choice,
    out_of_range,
    raised,
    reason,
    type_mismatch,
)
from tui.demo.wire import Graph, JsonObject, as_list, as_object

_LEADS_NOWHERE = (KeyError, IndexError, TypeError)  # what following a bad link raises


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
        return Verdict((), {}, reason("prompt_no_outputs", "Prompt has no outputs"))
    return _Validation(graph, folders).verdict(outputs)


def _missing_type(node_id: str, node: JsonObject) -> JsonObject | None:
    class_type = node.get("class_type")
    title = node.get("_meta", {}).get("title", class_type)
    if "class_type" not in node:
        name = f"ID #{node_id}" if title is None else title
        message = (
            f"Node '{name}' has no class_type. The workflow may be corrupted or a custom node is missing."
        )
    elif class_type not in definitions():
        message = f"Node '{title}' not found. The custom node may not be installed."
    else:
        return None
    extra = {"node_id": node_id, "class_type": class_type, "node_title": title}
    return reason("missing_node_type", message, f"Node ID '#{node_id}'", extra)


@dataclass(slots=True)
class _Validation:
    graph: Graph
    folders: Folders
    reasons: dict[str, list[JsonObject]] = field(default_factory=dict[str, list[JsonObject]])
    valid: dict[str, bool] = field(default_factory=dict[str, bool])
    path: list[str] = field(default_factory=list[str])

    def verdict(self, outputs: list[str]) -> Verdict:
        good: list[str] = []
        direct: list[JsonObject] = []
        node_errors: JsonObject = {}
        for output in outputs:
            if self._output_is_valid(output):
                good.append(output)
                continue
            direct += self.reasons[output]
            self._blame(output, node_errors)
        if good:
            return Verdict(tuple(good), node_errors)
        # empty when the fault is upstream of every output, the usual case
        details = "\n".join(f"{fault['message']}: {fault['details']}" for fault in direct)
        message = "Prompt outputs failed validation"
        return Verdict((), node_errors, reason("prompt_outputs_failed_validation", message, details))

    def _blame(self, output: str, node_errors: JsonObject) -> None:
        """A node without reasons of its own is only downstream of the fault."""
        for node_id, reasons in self.reasons.items():
            if reasons and not self.valid[node_id]:
                class_type = self.graph[node_id]["class_type"]
                fresh = {"errors": reasons, "dependent_outputs": [], "class_type": class_type}
                node_errors.setdefault(node_id, fresh)["dependent_outputs"].append(output)

    def _output_is_valid(self, output: str) -> bool:
        try:
            return self._judge(output)
        except _LEADS_NOWHERE as error:
            self.path.clear()
            return self._settle(output, [raised(error)])

    def _settle(self, node_id: str, reasons: list[JsonObject], upstream_ok: bool = True) -> bool:
        self.reasons[node_id] = reasons
        self.valid[node_id] = upstream_ok and not reasons
        return self.valid[node_id]

    def _judge(self, node_id: str) -> bool:
        if node_id in self.valid:
            return self.valid[node_id]
        if node_id in self.path:
            return self._settle(node_id, [self._cycle(node_id)])
        self.path.append(node_id)
        node = self.graph[node_id]
        given: JsonObject = node["inputs"]
        reasons: list[JsonObject] = []
        upstream_ok = True
        for spec in input_specs(node["class_type"], self.folders):
            link = as_list(given.get(spec.name))
            if spec.name not in given:
                reasons += [missing_input(spec.name)] if spec.is_required else []
            elif link is None:
                reasons += self._value_faults(node["class_type"], spec, given)
            else:
                fault = self._link_fault(spec, link)
                reasons += [] if fault is None else [fault]
                upstream_ok = (fault is not None or self._upstream_is_valid(spec, link)) and upstream_ok
        self.path.pop()
        if self.valid.get(node_id) is False:
            return False  # found to be part of a cycle meanwhile
        return self._settle(node_id, reasons, upstream_ok)

    def _cycle(self, node_id: str) -> JsonObject:
        members = [*self.path[self.path.index(node_id) :], node_id]
        details = " -> ".join(f"{member} ({self.graph[member]['class_type']})" for member in members)
        extra = {"node_id": node_id, "cycle_nodes": members[:-1]}
        return reason("dependency_cycle", "Dependency cycle detected", details, extra)

    def _link_fault(self, spec: InputSpec, link: list[Any]) -> JsonObject | None:
        if len(link) != 2:
            return bad_link(spec, link)
        slot: int = link[1]
        received = output_types(self.graph[link[0]]["class_type"])[slot]
        return type_mismatch(spec, link, received)

    def _upstream_is_valid(self, spec: InputSpec, link: list[Any]) -> bool:
        depth = len(self.path)
        try:
            return self._judge(link[0])
        except _LEADS_NOWHERE as error:
            del self.path[depth:]
            return self._settle(link[0], [raised(error, spec, link)])

    def _value_faults(self, class_type: str, spec: InputSpec, given: JsonObject) -> list[JsonObject]:
        """Judges one value and leaves it in the graph as the node will get it."""
        wrapped = as_object(given[spec.name])
        if wrapped is not None and "__value__" in wrapped:
            given[spec.name] = wrapped["__value__"]
        value, fault = converted(spec, given[spec.name])
        given[spec.name] = value
        if fault is None and spec.is_image_file(class_type):
            fault = invalid_image(self.folders, spec.name, value)
        elif fault is None:
            fault = out_of_range(spec, value) or not_a_choice(spec, value)
        return [] if fault is None else [fault]
