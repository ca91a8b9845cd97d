"""One fault that ComfyUI finds in a node, as a sentence a person can act on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.json_values import list_of, object_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import nearest, one_line

_MOST_LISTED = 6


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
        config = list_of(self.error.extra_info.get("input_config"))
        return str(config[0]) if config else "something else"

    @property
    def range(self) -> str:
        """Both limits as a sentence, where both are declared."""
        low, high = self.limit("min"), self.limit("max")
        return f"Allowed: {low} to {high}." if low and high else ""

    def limit(self, side: str) -> str:
        """The declared "min" or "max"."""
        _, options, *_ = [*list_of(self.error.extra_info.get("input_config")), None, None]
        value = object_of(options).get(side)
        return "" if value is None else one_line(str(value), 40)


def node_title(graph: ApiWorkflow, node_id: str | None, class_type: str = "") -> str:
    """How a node is called: its title on the canvas, else its class."""
    node = object_of(graph.get(node_id or ""))
    title = (
        object_of(node.get("_meta")).get("title") or node.get("class_type") or class_type or node_id or "?"
    )
    return one_line(str(title), 60)


def problem_of(fault: Fault) -> Problem:
    """What is wrong with the node."""
    return _SENTENCES.get(fault.error.type, _other)(fault)


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
    for name, value in object_of(fault.node["inputs"]).items():
        link = list_of(value)
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
