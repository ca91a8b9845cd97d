"""Runs one graph, node by node, and tells of it in ComfyUI's words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from tui.demo.definitions import definitions
from tui.demo.events import Preview, encoded, node_state
from tui.demo.folders import Folders
from tui.demo.job_queue import QueuedJob
from tui.demo.node_cache import NodeCache, Signatures
from tui.demo.node_errors import trace
from tui.demo.nodes import function_of
from tui.demo.nodes.registry import JobInterruptedError, NodeContext, NodeResult
from tui.demo.ordering import execution_order, needed
from tui.demo.wire import JsonObject, as_link, now_ms

_PREVIEW_SIZE = 512
_NO_PREVIEW = "none"


class Listener(Protocol):
    """Who carries the messages from the painting thread to the sockets."""

    def message(self, kind: str, data: JsonObject, client_id: str | None) -> None:
        """One text message; to everybody when there is no client."""
        ...

    def step(
        self, state: JsonObject, progress: JsonObject, preview: Preview | None, client_id: str | None
    ) -> None:
        """A step of the running node."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """What outlives a single job: folders, pace, and the cache."""

    folders: Folders
    step_delay: float
    listener: Listener
    cache: NodeCache = field(default_factory=NodeCache)

    def run(self, job: QueuedJob) -> JsonObject:
        """Run a job to its end and return its part of the history; blocks."""
        return _Run(self, job).to_end()


@dataclass(slots=True)
class _Run:
    executor: Executor
    job: QueuedJob
    states: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])
    executed: list[str] = field(default_factory=list[str])
    outputs: JsonObject = field(default_factory=dict[str, object])
    messages: list[list[object]] = field(default_factory=list[list[object]])
    current: str | None = None
    signatures: Signatures = field(init=False)

    def __post_init__(self) -> None:
        self.signatures = Signatures(self.job.graph, self.executor.folders)

    def to_end(self) -> JsonObject:
        self._tell("execution_start")
        status = "error"
        try:
            self._all_nodes()
        except JobInterruptedError:
            self._tell("execution_interrupted", **self._where(), broadcast=True)
        except Exception as error:  # noqa: BLE001 whatever a node does ends its job, not the engine
            self._tell("execution_error", **self._where(), **self._what(error))
        else:
            status = "success"
            self._tell("execution_success")
        return {
            "outputs": self.outputs,
            "status": {
                "status_str": status,
                "completed": status == "success",
                "messages": self.messages,
            },
            "meta": {node_id: _meta(node_id) for node_id in self.outputs},
        }

    def _all_nodes(self) -> None:
        graph, cache = self.job.graph, self.executor.cache
        wanted = set(needed(graph, self.job.outputs))
        known = {node_id: self.signatures.of(node_id) for node_id in graph if node_id in wanted}
        cache.forget_all_but(set(known.values()))
        cached = [node_id for node_id, signature in known.items() if signature in cache]
        self._tell("execution_cached", nodes=cached)
        for node_id in execution_order(graph, self.job.outputs, lambda node_id: node_id in cached):
            self.current = node_id
            if self.job.interrupted.is_set():
                raise JobInterruptedError
            if known[node_id] in cache:  # also when a twin of this node has just run
                self._repeat(node_id, cache[known[node_id]])
            else:
                cache.keep(known[node_id], self._one_node(node_id))

    def _repeat(self, node_id: str, remembered: NodeResult) -> None:
        """An output that is cached names its old file again."""
        self._show(node_id, remembered.ui)
        self._progress_state(node_id, 1, 1, "finished")

    def _one_node(self, node_id: str) -> NodeResult:
        self._progress_state(node_id, 0.0, 1.0, "running")
        self._send("executing", {"node": node_id, "display_node": node_id, "prompt_id": self.job.prompt_id})
        node = self.job.graph[node_id]
        done = function_of(node["class_type"])(self._context(node_id), **self._inputs(node_id))
        self._show(node_id, done.ui)
        state = self.states[node_id]
        self._progress_state(node_id, state["max"], state["max"], "finished")
        self.executed.append(node_id)
        return done

    def _inputs(self, node_id: str) -> JsonObject:
        node = self.job.graph[node_id]
        given: JsonObject = {}
        for name in _input_names(node["class_type"]):
            if name not in node["inputs"]:
                continue
            value = node["inputs"][name]
            link = as_link(value)
            if link is not None:
                value = self.executor.cache[self.signatures.of(link[0])].values[link[1]]
            given[name] = value
        return given

    def _context(self, node_id: str) -> NodeContext:
        return NodeContext(
            folders=self.executor.folders,
            node_id=node_id,
            graph=self.job.graph,
            extra_pnginfo=self.job.extra_data.get("extra_pnginfo"),
            on_step=self._stepper(node_id),
            interrupted=self.job.interrupted,
            step_delay=self.executor.step_delay,
        )

    def _stepper(self, node_id: str) -> Callable[[int, int, Image.Image | None], None]:
        class_type = self.job.graph[node_id]["class_type"]
        is_final = class_type == "SaveImageWebsocket"
        wanted = is_final or self.job.extra_data.get("preview_method") != _NO_PREVIEW

        def on_step(value: int, total: int, picture: Image.Image | None) -> None:
            preview = None
            if picture is not None and wanted:
                image_format = "PNG" if is_final else "JPEG"
                data = encoded(picture, None if is_final else _PREVIEW_SIZE, image_format)
                preview = Preview(
                    data=data, image_format=image_format, node_id=node_id, prompt_id=self.job.prompt_id
                )
            self._set_state(node_id, value, total, "running")
            progress = {"value": value, "max": total, "prompt_id": self.job.prompt_id, "node": node_id}
            self.executor.listener.step(self._all_states(), progress, preview, self.job.client_id)

        return on_step

    def _show(self, node_id: str, ui: JsonObject | None) -> None:
        if ui is None:
            return
        self.outputs[node_id] = ui
        data = {"node": node_id, "display_node": node_id, "output": ui, "prompt_id": self.job.prompt_id}
        self._send("executed", data)

    def _set_state(self, node_id: str, value: float, maximum: float, state: str) -> None:
        self.states[node_id] = node_state(node_id, self.job.prompt_id, value, maximum, state)

    def _all_states(self) -> JsonObject:
        return {"prompt_id": self.job.prompt_id, "nodes": dict(self.states)}

    def _progress_state(self, node_id: str, value: float, maximum: float, state: str) -> None:
        self._set_state(node_id, value, maximum, state)
        self.executor.listener.message("progress_state", self._all_states(), self.job.client_id)

    def _tell(self, kind: str, *, broadcast: bool = False, **details: object) -> None:
        """A message that is also kept in the history."""
        data = {"prompt_id": self.job.prompt_id, **details, "timestamp": now_ms()}
        self.messages.append([kind, data])
        if broadcast and self.job.client_id is None:
            self.executor.listener.message(kind, data, None)
        self._send(kind, data)

    def _send(self, kind: str, data: JsonObject) -> None:
        """Only to the client whose job it is; nobody when it has none."""
        if self.job.client_id is not None:
            self.executor.listener.message(kind, data, self.job.client_id)

    def _where(self) -> JsonObject:
        node_id = self.current
        node_type = self.job.graph[node_id]["class_type"] if node_id is not None else None
        return {"node_id": node_id, "node_type": node_type, "executed": list(self.executed)}

    def _what(self, error: Exception) -> JsonObject:
        module = type(error).__module__
        name = type(error).__qualname__
        shown = name if module in ("builtins", __package__) else f"{module}.{name}"
        inputs: JsonObject = self.job.graph[self.current]["inputs"] if self.current is not None else {}
        return {
            "exception_message": f"{error}\n",
            "exception_type": shown,
            "traceback": trace(error),
            "current_inputs": {key: [str(value)] for key, value in inputs.items()},
            "current_outputs": list(self.job.graph),
        }


def _meta(node_id: str) -> JsonObject:
    return {"node_id": node_id, "display_node": node_id, "parent_node": None, "real_node_id": node_id}


def _input_names(class_type: str) -> list[str]:
    sections = definitions()[class_type]["input"]
    return [name for section in ("required", "optional") for name in sections.get(section, {})]
