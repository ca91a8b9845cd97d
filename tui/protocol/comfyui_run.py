"""One ComfyUI job as a small state machine: messages and history in, events out."""

from collections.abc import Iterator
from typing import assert_never

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobStarted,
    LastEvent,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import JobId, OutputImage
from tui.domain.json_values import object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line
from tui.protocol.comfyui_answers import HistoryEntry
from tui.protocol.comfyui_errors import run_problem
from tui.protocol.comfyui_faults import node_title
from tui.protocol.comfyui_messages import (
    ExecutionStarted,
    FlagsAgreed,
    Message,
    NodeEntered,
    NodeExecuted,
    NodesCached,
    NodesProgressed,
    NodeText,
    PreviewFrame,
    QueueChanged,
    RunFailed,
    RunInterrupted,
    RunSucceeded,
    StepDone,
)
from tui.protocol.comfyui_outputs import outputs_of, seed_of

_MOST_STEPS = 10**9
_MOST_OUTPUTS = 10_000
"""Files of one job that are taken; a hostile server could name new ones for ever."""


class Run:
    """What is known of one submitted graph.

    Messages may be missing, so nothing here ends the job but `settle` and `settle_without_history`.
    """

    def __init__(self, job_id: JobId, graph: ApiWorkflow) -> None:
        self._job_id = job_id
        self._graph = graph
        self._seed = seed_of(graph)
        self._announced: set[tuple[str, str, str]] = set()
        self._pictures_sent = 0
        self._was_cached = False
        self._step, self._total, self._activity = 0, 0, ""
        self._told: LastEvent | None = None
        self.has_started = False
        """Whether the server was seen to work on it."""

        self.is_closed = False
        """Whether the server said its last word: its history entry is written."""

    @property
    def is_ending(self) -> bool:
        """Whether the server said that it is over; the history then tells how."""
        return self._told is not None

    @property
    def is_fruitless(self) -> bool:
        """Whether the server said that it failed or was cancelled."""
        return isinstance(self._told, JobFailed | JobCancelled)

    @property
    def sends_pictures(self) -> bool:
        """Whether its pictures come over the socket and are nowhere else."""
        return any(self._sends_picture(node_id) for node_id in self._graph)

    def receive(self, message: Message) -> tuple[JobEvent, ...]:
        """What a message about this job means."""
        return tuple(self._events(message))

    def note_running(self) -> tuple[JobEvent, ...]:
        """The server was found working on the job, whether or not it said so."""
        if self.has_started:
            return ()
        self.has_started = True
        return (JobStarted(self._job_id),)

    def note_activity(self, activity: str) -> JobEvent:
        """The step as it was, with another activity: "waiting for the connection"."""
        return self._progress(activity)

    def settle(self, entry: HistoryEntry) -> tuple[JobEvent, ...]:
        """The end as the history has it: outputs not announced yet, and the last event."""
        events: list[JobEvent] = []
        for shown in entry.outputs.values():
            events += self._outputs(shown)
        return (*events, *self._last(self._ending_of(entry)))

    def settle_without_history(self) -> tuple[JobEvent, ...]:
        """The end as the messages told it, when the history entry never comes."""
        return self._last(self._told or JobCompleted(self._job_id))

    def disbelieve_ending(self) -> None:
        """The server still has the job in its queue, whatever was heard."""
        self._told, self.is_closed = None, False

    def _events(self, message: Message) -> Iterator[JobEvent]:
        if isinstance(message, QueueChanged | FlagsAgreed):
            return  # about everybody
        yield from self.note_running()
        match message:
            case ExecutionStarted() | NodesProgressed() | NodesCached() | NodeText():
                yield from self._asides(message)
            case NodeEntered(node=None):
                self.is_closed = True
                self._told = self._told or JobCompleted(self._job_id)
            case NodeEntered():
                yield self._progress(self._title(message.display_node or message.node))
            case StepDone():
                yield from self._stepped(message)
            case PreviewFrame():
                yield from self._picture(message)
            case NodeExecuted():
                yield from self._outputs(message.output)
            case RunSucceeded():
                self._told = JobCompleted(self._job_id)
            case RunFailed():
                self._told = self._failure(message.node_id, message)
            case RunInterrupted():
                self._told = JobCancelled(self._job_id)
            case _:
                assert_never(message)

    def _asides(
        self, message: ExecutionStarted | NodesProgressed | NodesCached | NodeText
    ) -> Iterator[JobEvent]:
        match message:
            case NodesCached() if self._is_whole(message.nodes) and not self._was_cached:
                self._was_cached = True
                yield JobNoted(
                    self._job_id, "Nothing had changed: the server names its earlier result. Change the seed."
                )
            case NodesProgressed():
                for node_id, node in message.nodes.items():
                    if node.state == "running" and node.activity:
                        yield self._progress(f"{self._title(node_id)}: {one_line(node.activity, 80)}")
            case NodeText():
                yield self._progress(f"{self._title(message.node)}: {one_line(message.text, 80)}")
            case _:
                return

    def _is_whole(self, nodes: tuple[str, ...]) -> bool:
        return bool(self._graph) and self._graph.keys() <= set(nodes)

    def _stepped(self, message: StepDone) -> Iterator[JobEvent]:
        # nodes that merely save count to 1; that is no progress of sampling
        if message.max > 1:
            self._total = int(min(message.max, _MOST_STEPS))
            self._step = int(min(max(message.value, 0), self._total))
            yield self._progress(self._title(message.node) if message.node else self._activity)

    def _picture(self, frame: PreviewFrame) -> Iterator[JobEvent]:
        node = frame.display_node or frame.node
        if frame.media_type != "image/png" or not self._sends_picture(node):
            yield PreviewReceived(job_id=self._job_id, data=frame.data, media_type=frame.media_type)
            return
        if self._pictures_sent == _MOST_OUTPUTS:
            return
        self._pictures_sent += 1
        name = f"websocket_{self._pictures_sent:05}.png"
        yield OutputReceived(self._job_id, OutputImage(filename=name, data=frame.data, seed=self._seed))

    def _sends_picture(self, node_id: str | None) -> bool:
        # SaveImageWebsocket, ETN_SendImageWebSocket: finished pictures in the frames of previews
        node = object_of(self._graph.get(node_id or ""))
        return "websocket" in text_of(node.get("class_type")).lower()

    def _outputs(self, shown: object) -> Iterator[JobEvent]:
        for output in outputs_of(shown, self._seed):
            key = (output.folder, output.subfolder, output.filename)
            if key not in self._announced and len(self._announced) < _MOST_OUTPUTS:
                self._announced.add(key)
                yield OutputReceived(self._job_id, output)

    def _ending_of(self, entry: HistoryEntry) -> LastEvent:
        if entry.status is None or entry.status.status_str == "success":
            return JobCompleted(self._job_id)
        if entry.status.message("execution_interrupted") is not None:
            return JobCancelled(self._job_id)
        about = entry.status.message("execution_error") or {}
        failed = RunFailed(
            prompt_id="",
            node_type=text_of(about.get("node_type")),
            exception_message=text_of(about.get("exception_message")),
            exception_type=text_of(about.get("exception_type")),
        )
        return self._failure(text_of(about.get("node_id")) or None, failed)

    def _failure(self, node_id: str | None, message: RunFailed) -> JobFailed:
        title = node_title(self._graph, node_id, message.node_type)
        problem = run_problem(title, message.exception_type, message.exception_message)
        return JobFailed(self._job_id, problem.sentence, problem.advice)

    def _last(self, ending: LastEvent) -> tuple[JobEvent, ...]:
        is_empty = isinstance(ending, JobCompleted) and not self._announced and not self._pictures_sent
        if is_empty and self.sends_pictures:
            return (
                JobFailed(
                    self._job_id,
                    "The server sent the picture while the connection was down, and does not keep it.",
                    "Generate again, or save with SaveImage.",
                ),
            )
        if is_empty:
            return (JobNoted(self._job_id, "The server made no file."), ending)
        return (ending,)

    def _title(self, node_id: str | None) -> str:
        return node_title(self._graph, node_id)

    def _progress(self, activity: str) -> JobProgressed:
        self._activity = activity
        return JobProgressed(job_id=self._job_id, step=self._step, total=self._total, activity=activity)
