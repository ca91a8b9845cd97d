"""Group nodes, which came before subgraphs: what a file holds of a group, and the node class made of it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from tui.domain.json_values import Json, JsonObject, integer_of, list_of, objects_in

PREFIX = "workflow>"
_OLD_PREFIX = "workflow/"

GroupLink: TypeAlias = tuple[int, int, int, int, Json]
"""Origin, its slot, target, its slot, type; nodes by their place in the group."""


@dataclass(slots=True, kw_only=True)
class GroupClass:
    """A group as a node class, and where its parts lead."""

    name: str
    nodes: list[JsonObject]
    links: list[GroupLink]
    required: JsonObject = field(default_factory=dict[str, Json])
    output_types: list[Json] = field(default_factory=list[Json])
    output_names: list[Json] = field(default_factory=list[Json])
    widgets: dict[int, dict[str, str | None]] = field(default_factory=dict[int, dict[str, str | None]])
    """Per inner node: its widgets, and the group's widget of each."""

    inputs: dict[int, dict[str, int]] = field(default_factory=dict[int, dict[str, int]])
    """Per inner node: its inputs that are open to the outside, and the group's slot of each."""

    outputs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """For each output of the group the inner node and its slot."""

    @property
    def raw(self) -> JsonObject:
        """It as `/object_info` would declare it."""
        return {
            "input": {"required": self.required},
            "output": self.output_types,
            "output_name": self.output_names,
            "display_name": self.name,
        }


def group_type(node_type: str) -> str:
    """A node's type in the newer of the two spellings of groups."""
    if node_type.startswith(_OLD_PREFIX):
        return PREFIX + node_type.removeprefix(_OLD_PREFIX)
    return node_type


def links_inside(raw: JsonObject) -> list[GroupLink]:
    """The links inside: origin, its slot, target, its slot, type."""
    count = len(objects_in(raw.get("nodes")))
    found: list[GroupLink] = []
    for item in map(list_of, list_of(raw.get("links"))):
        ends = [integer_of(value) for value in item[:4]]
        origin, origin_slot, target, target_slot = (*ends, *[None] * 4)[:4]
        if origin is None or origin_slot is None or target is None or target_slot is None:
            continue
        if 0 <= origin < count and 0 <= target < count and origin_slot >= 0 and target_slot >= 0:
            found.append((origin, origin_slot, target, target_slot, item[5] if len(item) > 5 else None))
    return found


def open_outputs(raw: JsonObject) -> dict[int, dict[int, Json]]:
    """Outputs that are wired inside and stay open to the outside all the same."""
    found: dict[int, dict[int, Json]] = {}
    for item in map(list_of, list_of(raw.get("external"))):
        if len(item) >= 3 and item[2] is not None:
            node, slot = integer_of(item[0]), integer_of(item[1])
            if node is not None and slot is not None:
                found.setdefault(node, {})[slot] = item[2]
    return found
