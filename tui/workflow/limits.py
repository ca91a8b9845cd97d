"""How large a workflow may be: more than anyone draws, less than what would keep a computer busy."""

from typing import Final

from tui.domain.errors import WorkflowError

MOST_NODES: Final = 100_000
"""In the file, and again in the result."""

MOST_LINKS: Final = 1_000_000

MOST_SLOTS: Final = 2_000
"""Inputs, outputs or values of one node, or of a definition."""


def too_many(nodes: int, links: int = 0) -> WorkflowError:
    """A workflow past these limits."""
    with_links = f" and {links:,} links" if links else ""
    return WorkflowError(
        f"This workflow has {nodes:,} nodes{with_links}.", f"Up to {MOST_NODES:,} nodes can be read."
    )
