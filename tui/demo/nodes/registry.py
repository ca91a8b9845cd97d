"""What a node is to the executor: a function, a context to work in, and a result."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from PIL import Image

from tui.demo.folders import Folders
from tui.demo.wire import Graph, JsonObject


class JobInterruptedError(Exception):
    """The client stopped the job."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """A node's values, slot by slot, and what it shows to people."""

    values: tuple[object, ...]
    ui: JsonObject | None = None


def result(*values: object) -> NodeResult:
    """The result of a node that shows nothing."""
    return NodeResult(values)


StepListener: TypeAlias = Callable[[int, int, Image.Image | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeContext:
    """What a node may know of the job it works for."""

    folders: Folders
    node_id: str
    graph: Graph
    extra_pnginfo: JsonObject | None
    on_step: StepListener
    interrupted: threading.Event = field(default_factory=threading.Event)
    step_delay: float = 0.0

    def step(self, value: int, total: int, picture: Image.Image | None = None) -> None:
        """Report progress, keep the pace, and leave when the job was stopped."""
        self.on_step(value, total, picture)
        if self.interrupted.wait(self.step_delay):
            raise JobInterruptedError


NodeFunction: TypeAlias = Callable[..., NodeResult]

_functions: dict[str, NodeFunction] = {}


def node(*class_types: str) -> Callable[[NodeFunction], NodeFunction]:
    """Let the function below do the work of these classes; inputs arrive by their names."""

    def register(function: NodeFunction) -> NodeFunction:
        _functions.update(dict.fromkeys(class_types, function))
        return function

    return register


def function_of(class_type: str) -> NodeFunction:
    """Who does the work of a class."""
    return _functions[class_type]


def implemented() -> frozenset[str]:
    """Every class that has a function."""
    return frozenset(_functions)
