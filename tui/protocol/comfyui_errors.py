"""What ComfyUI finds wrong with a graph or a run, as sentences a person can act on."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tui.domain.json_values import object_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line
from tui.protocol.comfyui_answers import choices_in
from tui.protocol.comfyui_faults import Fault, NodeError, Problem, node_title, problem_of

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""Allowed values by class and input, for lists the server is too long-winded to repeat."""

_MOST_TOLD = 3


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
                error=error, title=title, node=object_of(graph.get(node_id)), graph=graph, allowed=allowed
            )
            yield problem_of(fault)


def dropped_outputs(node_errors: Any, graph: ApiWorkflow) -> tuple[str, ...]:
    """What an accepted job runs without, from a 200 that carries node errors."""
    try:
        by_node = msgspec.convert(object_of(node_errors), dict[str, NodeErrors])
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
