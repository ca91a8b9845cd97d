"""Workflow templates: a graph in API format with the slots that people fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, JsonObject, list_of, object_of, objects_in, text_of
from tui.domain.request import ApiWorkflow, Task
from tui.workflow.api_graph import inputs_of, parse_graph, title_of
from tui.workflow.canvas_nodes import ModelFile
from tui.workflow.slots import Slot, SlotRole, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTemplate:
    """A workflow and its slots, in the order in which a person reads them."""

    name: str
    title: str
    description: str = ""
    task: Task = Task.CUSTOM
    graph: ApiWorkflow
    slots: tuple[Slot, ...]
    canvas: JsonObject | None = None
    """The canvas it was made on, to be embedded in the results."""

    notes: tuple[str, ...] = ()
    """What a person should know about how it was read."""

    packs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The node pack of a class, where the workflow says it."""

    models: Mapping[str, ModelFile] = field(default_factory=lambda: MappingProxyType({}))
    """What the workflow says of the model files that it names."""

    brings_values: bool = False
    """Whether the graph's values are somebody's, and not a template's."""

    key: str = ""
    """What stays the same while values change: the person's arrangement is remembered by it."""

    def slot(self, name: str) -> Slot | None:
        """The slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)

    def value_at(self, target: Target) -> Json:
        """What the graph holds at an input before it is filled."""
        return inputs_of(self.graph, target.node_id).get(target.input_name)

    def named(self, word: str) -> Slot | None:
        """The slot of that name, or the one for the input that `word` means: "3.steps", "KSampler.steps"."""
        if exact := self.slot(word):
            return exact
        folded = word.casefold()
        return next((slot for slot in self.slots if folded in self._aliases(slot)), None)

    def _aliases(self, slot: Slot) -> set[str]:
        return {name.casefold() for name in slot.also} | {
            f"{owner}.{target.input_name}".casefold()
            for target in slot.targets
            for owner in (
                target.node_id,
                title_of(self.graph, target.node_id),
                text_of(object_of(self.graph.get(target.node_id)).get("class_type")),
            )
        }


def parse_template(name: str, graph: object, description: object) -> WorkflowTemplate:
    """A template from the JSON of its two files; raises `WorkflowError` when they do not fit together."""
    about = object_of(description)
    parsed = parse_graph(graph, name)
    task = text_of(about.get("task"), Task.CUSTOM)
    if task not in set(Task):
        raise _broken(name, f"“{task}” is no task")
    slots = tuple(_slot(name, parsed, raw) for raw in objects_in(about.get("slots")))
    if len({slot.name for slot in slots}) != len(slots):
        raise _broken(name, "two slots have one name")
    return WorkflowTemplate(
        name=name,
        title=text_of(about.get("title"), name),
        description=text_of(about.get("description")),
        task=Task(task),
        graph=parsed,
        slots=slots,
        key=name,
    )


def _slot(template: str, graph: ApiWorkflow, raw: JsonObject) -> Slot:
    name, role = text_of(raw.get("name")), text_of(raw.get("role"), SlotRole.VALUE)
    targets = tuple(_target(pair) for pair in list_of(raw.get("targets")))
    if not name or not targets or role not in set(SlotRole):
        raise _broken(template, f"the slot “{name}” lacks a name, a target or a known role")
    for target in targets:
        if target.node_id not in graph:
            raise _broken(
                template, f"the slot “{name}” points at a node “{target.node_id}” that is not there"
            )
    return Slot(
        name=name,
        targets=targets,
        role=SlotRole(role),
        label=text_of(raw.get("label")),
        group=text_of(raw.get("group")),
        is_required=raw.get("required") is True,
        follows=text_of(raw.get("follows")),
        prefers=text_of(raw.get("prefers")),
    )


def _target(pair: Json) -> Target:
    parts = [text_of(part) for part in list_of(pair)]
    return Target(*parts) if len(parts) == 2 else Target("", "")


def _broken(name: str, reason: str) -> WorkflowError:
    return WorkflowError(
        f"The description of “{name}” cannot be used: {reason}.", "Correct its .slots.json file."
    )
