"""One InvokeAI job as a small state machine: messages and the item in, events out."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobStarted,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import JobId, OutputImage
from tui.domain.text import clean
from tui.protocol.invokeai_answers import ENDED, QueueItem
from tui.protocol.invokeai_errors import failure_of
from tui.protocol.invokeai_graph import OUT, sampling_steps, seeds
from tui.protocol.invokeai_messages import (
    Message,
    NodeCompleted,
    NodeProgressed,
    NodeStarted,
    StatusChanged,
)

_PERCENT = 100


class Run:
    """What is known of one item. Messages may be missing, so nothing here ends the job but `settle`."""

    def __init__(self, job_id: JobId) -> None:
        self._job_id = job_id
        self._steps: Mapping[str, int] = {}
        self._seeds: Mapping[str, int] = {}
        self._done: dict[str, float] = {}
        self._announced: set[str] = set()
        self._activity = ""
        self.has_started = False
        """Whether the server was seen to work on it."""

        self.is_ending = False
        """Whether the server said that it is over; its item then tells how."""

    @property
    def knows_graph(self) -> bool:
        """Whether the steps and seeds of its nodes are known."""
        return bool(self._seeds or self._steps)

    def expect(self, nodes: Mapping[str, Any]) -> None:
        """The nodes of its graph: they tell how many steps there will be, and the seeds."""
        self._steps = sampling_steps(nodes)
        self._seeds = seeds(nodes)

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
        """The step as it was, with another activity."""
        return self._progress(activity)

    def settle(self, item: QueueItem) -> tuple[JobEvent, ...]:
        """The end as the item has it: pictures not announced yet, and the last event."""
        outputs = [event for node, name in item.pictures for event in self._output(node, name)]
        match item.status:
            case "completed" if not self._announced and not outputs:
                return (JobNoted(self._job_id, "The server made no picture."), JobCompleted(self._job_id))
            case "completed":
                return (*outputs, JobCompleted(self._job_id))
            case "canceled":
                return (*outputs, JobCancelled(self._job_id))
            case _:
                failure = failure_of(item.error_type or "", item.error_message or "")
                return (*outputs, JobFailed(self._job_id, failure.sentence, failure.advice))

    def _events(self, message: Message) -> Iterator[JobEvent]:
        match message:
            case StatusChanged(status="in_progress"):
                yield from self.note_running()
            case StatusChanged():
                self.is_ending = self.is_ending or message.status in ENDED
            case NodeStarted():
                yield from self.note_running()
            case NodeProgressed():
                yield from self.note_running()
                yield from self._progressed(message)
            case NodeCompleted():
                yield from self.note_running()
                if message.node_id.startswith(OUT) and message.image_name:
                    yield from self._output(message.node_id, message.image_name)
            case _:
                assert_never(message)

    def _progressed(self, message: NodeProgressed) -> Iterator[JobEvent]:
        if message.fraction is not None and (message.node_id in self._steps or not self._steps):
            before = self._done.get(message.node_id, 0.0)
            self._done[message.node_id] = max(before, message.fraction)
        yield self._progress(message.said)
        if message.preview:
            yield PreviewReceived(
                job_id=self._job_id, data=message.preview.data, media_type=message.preview.media_type
            )

    def _output(self, node_id: str, name: str) -> Iterator[JobEvent]:
        name = clean(name)
        if name not in self._announced:
            self._announced.add(name)
            output = OutputImage(filename=name, media_type="image/png", seed=self._seeds.get(node_id))
            yield OutputReceived(self._job_id, output)

    def _progress(self, activity: str) -> JobProgressed:
        self._activity = activity
        if self._steps:
            step = sum(round(fraction * self._steps[node]) for node, fraction in self._done.items())
            total = sum(self._steps.values())
        else:  # no sampling: an upscaler tells only fractions
            step = round(max(self._done.values(), default=0.0) * _PERCENT)
            total = _PERCENT if self._done else 0
        return JobProgressed(job_id=self._job_id, step=step, total=total, activity=activity)
