"""What ComfyUI finds wrong with a graph or a run, as sentences a person can act on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.request import ApiWorkflow
from tui.domain.text import nearest, one_line
from tui.protocol.comfyui_answers import choices_in
from tui.protocol.untyped import mapping, sequence

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""Allowed values by class and input, for lists the server is too long-winded to repeat."""

_MOST_LISTED = 6
_MOST_TOLD = 3


class NodeError(msgspec.Struct, frozen=True):
    """One fault of one node."""

    type: str = ""
    message: str = ""
    details: str = ""
    extra_info: dict[str, Any] = {}

    @property
    def input_name(self) -> str:
        """The input it is about, where it is about one."""
        return str(self.extra_info.get("input_name") or "")

    @property
    def said(self) -> str:
        """All of the server's own words."""
        return one_line(": ".join(dict.fromkeys(filter(None, (self.message, self.details)))))


class NodeErrors(msgspec.Struct, frozen=True):
    """The faults of one node."""

    errors: tuple[NodeError, ...] = ()
    class_type: str = ""


class Rejection(msgspec.Struct, frozen=True):
    """The body of a 400 from `/prompt`."""

    error: NodeError | str = ""
    node_errors: dict[str, NodeErrors] | list[Any] = {}

    @property
    def by_node(self) -> dict[str, NodeErrors]:
        """The faults by node id; old servers send an empty list for none."""
        return self.node_errors if isinstance(self.node_errors, dict) else {}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what the person can do."""

    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One node error with all that its sentence needs."""

    error: NodeError
    title: str
    node: Mapping[str, Any]
    graph: ApiWorkflow
    allowed: tuple[str, ...]

    @property
    def name(self) -> str:
        """The input, safe to show."""
        return one_line(self.error.input_name, 60)

    @property
    def value(self) -> str:
        """What the input was given."""
        return one_line(str(self.error.extra_info.get("received_value", "")), 80)

    @property
    def declared_type(self) -> str:
        """What the input takes."""
        config = sequence(self.error.extra_info.get("input_config"))
        return str(config[0]) if config else "something else"

    @property
    def range(self) -> str:
        """Both limits as a sentence, where both are declared."""
        low, high = self.limit("min"), self.limit("max")
        return f"Allowed: {low} to {high}." if low and high else ""

    def limit(self, side: str) -> str:
        """The declared "min" or "max"."""
        _, options, *_ = [*sequence(self.error.extra_info.get("input_config")), None, None]
        value = mapping(options).get(side)
        return "" if value is None else one_line(str(value), 40)


def node_title(graph: ApiWorkflow, node_id: str | None, class_type: str = "") -> str:
    """How a node is called: its title on the canvas, else its class."""
    node = mapping(graph.get(node_id or ""))
    title = mapping(node.get("_meta")).get("title") or node.get("class_type") or class_type or node_id or "?"
    return one_line(str(title), 60)


def rejection_of(body: Rejection, graph: ApiWorkflow, choices: Choices | None = None) -> Problem:
    """Why the server did not take the job: the first faults in full, the others counted."""
    problems = tuple(node_problems(body.by_node, graph, choices or {}))
    return _joined(problems) if problems else _general(body.error, graph)


def node_problems(
    by_node: Mapping[str, NodeErrors], graph: ApiWorkflow, choices: Choices | None = None
) -> Iterator[Problem]:
    """Each fault of each node."""
    for node_id, node in by_node.items():
        title = node_title(graph, node_id, node.class_type)
        for error in node.errors:
            allowed = choices_in(error.extra_info.get("input_config"))
            allowed = allowed or (choices or {}).get((node.class_type, error.input_name), ())
            fault = Fault(
                error=error, title=title, node=mapping(graph.get(node_id)), graph=graph, allowed=allowed
            )
            yield _SENTENCES.get(error.type, _other)(fault)


def dropped_outputs(node_errors: Any, graph: ApiWorkflow) -> tuple[str, ...]:
    """What an accepted job runs without, from a 200 that carries node errors."""
    try:
        by_node = msgspec.convert(mapping(node_errors), dict[str, NodeErrors])
    except msgspec.ValidationError:
        return ()
    problems = node_problems(by_node, graph)
    return tuple(f"Left out: {problem.sentence} {problem.advice}".strip() for problem in problems)


def unlisted_choices(by_node: Mapping[str, NodeErrors]) -> frozenset[tuple[str, str]]:
    """Class and input of the values whose allowed ones the server left out (it repeats at most 20)."""
    return frozenset(
        (node.class_type, error.input_name)
        for node in by_node.values()
        for error in node.errors
        if error.type == "value_not_in_list" and not choices_in(error.extra_info.get("input_config"))
    )


def run_problem(title: str, exception_type: str, message: str) -> Problem:
    """Why a node failed while it ran."""
    said = one_line(message.strip(), 300)
    if "OutOfMemory" in exception_type or "out of memory" in message.lower():
        return Problem(
            f"“{title}” ran out of memory: {said}",
            "Use a smaller size or batch, or free the server's memory.",
        )
    return Problem(f"“{title}” failed: {said or one_line(exception_type, 80) or 'it did not say why'}")


def _joined(problems: tuple[Problem, ...]) -> Problem:
    told, others = problems[:_MOST_TOLD], len(problems) - _MOST_TOLD
    first = told[0]
    more = [f"{problem.sentence} {problem.advice}".strip() for problem in told[1:]]
    if others > 0:
        more.append(f"And {others} more.")
    return Problem(first.sentence, " ".join([first.advice, *more]).strip())


def _general(error: NodeError | str, graph: ApiWorkflow) -> Problem:
    if isinstance(error, str):
        return Problem(f"The server rejected the workflow: {one_line(error) or 'it did not say why'}.")
    class_type = error.extra_info.get("class_type")
    match error.type:
        case "missing_node_type" if class_type:
            title = node_title(graph, error.extra_info.get("node_id"), str(class_type))
            return _missing_class(title, str(class_type))
        case "missing_node_type":
            return Problem(
                f"A node has no class_type ({one_line(error.details)}).", "The workflow file is damaged."
            )
        case "prompt_no_outputs":
            return Problem(
                "The workflow has no output.", "Add a node that saves or shows a picture, such as SaveImage."
            )
        case _ if "#nodes" in error.details:
            return Problem("This is a canvas, not a graph in API format.", "Export it with “Export (API)”.")
        case _ if error.message.startswith("Cannot execute because node ") and "not exist" in error.message:
            words = error.message.split()
            return _missing_class(node_title(graph, error.details.rpartition("#")[2].rstrip("'")), words[4])
        case _:
            return Problem(f"The server rejected the workflow: {error.said or 'it did not say why'}")


def _missing_class(title: str, class_type: str) -> Problem:
    name = one_line(class_type, 80)
    called = f"“{title}” needs the node {name}" if title != name else f"The workflow needs the node {name}"
    return Problem(f"{called}, which this server does not have.", "Install its custom node, or update it.")


def _not_in_list(fault: Fault) -> Problem:
    sentence = f"“{fault.title}”: {fault.name} is “{fault.value}”, which the server does not have."
    if not fault.allowed:
        return Problem(sentence, "It has nothing for this input: add a file to its folder.")
    names = tuple(one_line(choice, 80) for choice in fault.allowed)
    close = _same_path(fault.value, names) or nearest(fault.value, names)
    meant = f"Did you mean “{close}”? " if close else ""
    shown = ", ".join(names[:_MOST_LISTED])
    rest = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return Problem(sentence, f"{meant}It has {shown}{rest}.")


def _same_path(value: str, names: tuple[str, ...]) -> str | None:
    # the separator is that of the server's system
    alike = value.replace("\\", "/")
    return next((name for name in names if name.replace("\\", "/") == alike), None)


def _too_small(fault: Fault) -> Problem:
    low = fault.limit("min")
    return Problem(
        f"“{fault.title}”: {fault.name} is {fault.value}, and must be at least {low}.", fault.range
    )


def _too_big(fault: Fault) -> Problem:
    high = fault.limit("max")
    return Problem(
        f"“{fault.title}”: {fault.name} is {fault.value}, and must be at most {high}.", fault.range
    )


def _wrong_type(fault: Fault) -> Problem:
    wanted = {"INT": "a whole number", "FLOAT": "a number"}.get(fault.declared_type, "another type")
    return Problem(f"“{fault.title}”: {fault.name} is “{fault.value}”, and must be {wanted}.")


def _missing_input(fault: Fault) -> Problem:
    name = fault.name or one_line(fault.error.details, 60)
    return Problem(f"“{fault.title}” misses its input {name}.", "Connect or fill it.")


def _mismatch(fault: Fault) -> Problem:
    received = one_line(str(fault.error.extra_info.get("received_type", "something else")), 40)
    wanted = one_line(fault.declared_type, 40)
    return Problem(
        f"“{fault.title}”: {fault.name} is linked to {received}, and needs {wanted}.",
        "Link it to an output of that type.",
    )


def _bad_link(fault: Fault) -> Problem:
    return Problem(f"“{fault.title}”: the link of {fault.name} is damaged.", "Link it again.")


def _own_rule(fault: Fault) -> Problem:
    said = one_line(fault.error.details.removeprefix(f"{fault.error.input_name} - "))
    advice = "Choose a file that the server has." if "Invalid image file" in said else ""
    return Problem(f"“{fault.title}”: {fault.name}: {said}.", advice)


def _cycle(fault: Fault) -> Problem:
    return Problem(
        f"“{fault.title}” depends on itself: {one_line(fault.error.details)}.", "Take the loop out."
    )


def _broken_inside(fault: Fault) -> Problem:
    if "inputs" not in fault.node:
        return Problem(f"“{fault.title}” has no inputs.", "The workflow file is damaged.")
    for name, value in mapping(fault.node["inputs"]).items():
        link = sequence(value)
        if link and link[0] not in fault.graph:
            return Problem(
                f"“{fault.title}”: {one_line(name, 60)} is linked to node {one_line(str(link[0]), 40)}, "
                "which is not in the workflow.",
                "Link it again.",
            )
    said = one_line(fault.error.details, 80)
    return Problem(f"“{fault.title}” has a link that leads nowhere ({said}).", "Link its inputs again.")


def _other(fault: Fault) -> Problem:
    return Problem(f"“{fault.title}”: {fault.error.said or 'the server found a fault and did not name it'}.")


_SENTENCES: Mapping[str, Callable[[Fault], Problem]] = {
    "value_not_in_list": _not_in_list,
    "value_smaller_than_min": _too_small,
    "value_bigger_than_max": _too_big,
    "invalid_input_type": _wrong_type,
    "required_input_missing": _missing_input,
    "return_type_mismatch": _mismatch,
    "bad_linked_input": _bad_link,
    "custom_validation_failed": _own_rule,
    "dependency_cycle": _cycle,
    "exception_during_inner_validation": _broken_inside,
    "exception_during_validation": _broken_inside,
}
