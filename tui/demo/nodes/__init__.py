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

__all__ = [
    "conditioning",
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
