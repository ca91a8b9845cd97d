"""What each node class does; importing this package registers them all."""

from tui.demo.nodes import (
    conditioning,
    image_filters,
    images,
    latents,
    loaders,
    mask_edges,
    masks,
    outputs,
    primitives,
    sampling,
)
from tui.demo.nodes.registry import function_of

__all__ = [
    "conditioning",
    "function_of",
    "image_filters",
    "images",
    "latents",
    "loaders",
    "mask_edges",
    "masks",
    "outputs",
    "primitives",
    "sampling",
]
