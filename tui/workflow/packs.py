"""What the scripts of well-known node packs do to their nodes on the page."""

from typing import Final

from tui.domain.json_values import Json, JsonObject
from tui.workflow.graph import Cell, Node, Widget
from tui.workflow.javascript import javascript_value

POWER_LORA: Final = "Power Lora Loader (rgthree)"

MUTERS_AND_LABELS: Final = frozenset(
    {
        "Label (rgthree)",
        "Bookmark (rgthree)",
        "Fast Muter (rgthree)",
        "Fast Bypasser (rgthree)",
        "Fast Groups Muter (rgthree)",
        "Fast Groups Bypasser (rgthree)",
        "Fast Actions Button (rgthree)",
        "Mute / Bypass Relay (rgthree)",
        "Mute / Bypass Repeater (rgthree)",
        "Node Collector (rgthree)",
        "Random Unmuter (rgthree)",
    }
)
"""Nodes that live on the page only."""


def add_loras(node: Node, values: list[Json]) -> None:
    """The rows of a power LoRA loader, which are saved as objects among other values."""
    count = 0
    for value in values:
        if isinstance(value, dict) and "lora" in value:
            count += 1
            _add(node, f"lora_{count}", _row(value))
        elif isinstance(value, dict) and isinstance(value.get("type"), str):
            _add(node, str(value["type"]), value)
        elif value == "":
            _add(node, "➕ Add Lora", value)


def _row(value: JsonObject) -> JsonObject:
    return {key: item for key, item in value.items() if key != "strengthTwo" or item is not None}


def _add(node: Node, name: str, value: Json) -> None:
    node.add_widget(Widget(name=name, kind="custom", cell=Cell(javascript_value(value))))
