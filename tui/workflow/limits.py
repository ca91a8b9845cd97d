"""How large a workflow may be: more than anyone draws, less than what would keep a computer busy."""

from typing import Final

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, list_of

MOST_NODES: Final = 100_000
"""In the file, and again in the result."""

MOST_LINKS: Final = 1_000_000

MOST_SLOTS: Final = 2_000
"""Inputs, outputs or values of one node, or of a definition."""


_DEEPEST = 100


def too_many(nodes: int, links: int = 0) -> WorkflowError:
    """A workflow past these limits."""
    with_links = f" and {links:,} links" if links else ""
    return WorkflowError(
        f"This workflow has {nodes:,} nodes{with_links}.", f"Up to {MOST_NODES:,} nodes can be read."
    )


def check_depth(data: Json) -> None:
    """Refuse JSON that is nested deeper than any workflow."""
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else list_of(container))
            if isinstance(item, list | dict)
        ]
        if not level:
            return
    raise WorkflowError("This file is nested too deeply.", "It is no workflow of ComfyUI.")
