"""No frame and no order of messages upsets the protocol."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.comfyui_recordings import frame, graph
from tui.domain.events import JobEvent, JobProgressed, JobStarted, LastEvent, OutputReceived
from tui.domain.job import JobId
from tui.domain.text import clean
from tui.protocol.comfyui_answers import HistoryEntry
from tui.protocol.comfyui_errors import Rejection, rejection_of
from tui.protocol.comfyui_messages import MessageStream, decode_frame
from tui.protocol.comfyui_run import Run

OURS = JobId("ours")
GRAPH = graph("txt2img")
unhurried = settings(deadline=None)

node_ids = st.sampled_from(["3", "4", "9", "nowhere", "\x1b[2J", ""])
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from(
    ["status", "feature_flags", "execution_start", "execution_cached", "executing", "progress",
     "progress_state", "executed", "execution_success", "execution_error", "execution_interrupted", "logs"]
)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> str:
    """A message of the protocol with a body that is sometimes right."""
    data: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"prompt_id": st.just("ours")},
            optional={
                "node": node_ids | st.none() | jsons,
                "display_node": node_ids | jsons,
                "value": st.integers(-5, 50) | jsons,
                "max": st.integers(-5, 50) | jsons,
                "nodes": st.lists(node_ids) | jsons,
                "output": jsons,
                "exception_message": st.text() | jsons,
            },
        )
    )
    return json.dumps({"type": draw(kinds), "data": data})


@unhurried
@given(st.binary() | st.text())
def test_any_frame_is_a_message_or_nothing(data: str | bytes) -> None:
    decode_frame(data)
    MessageStream().receive(data)


@unhurried
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary())
def test_any_binary_frame_with_a_plausible_head_is_a_message_or_nothing(
    kind: int, number: int, rest: bytes
) -> None:
    decode_frame(kind.to_bytes(4, "big") + number.to_bytes(4, "big") + rest)


@unhurried
@given(st.integers(0, 5414))
def test_a_truncated_preview_is_a_message_or_nothing(length: int) -> None:
    decode_frame(frame("ws_txt2img_cold_type4.01.type4.bin")[:length])


@unhurried
@given(st.lists(messages() | st.binary(max_size=40), max_size=30))
def test_any_order_of_messages_tells_a_sound_story(frames: list[str | bytes]) -> None:
    run, stream, events = Run(OURS, GRAPH), MessageStream(), list[JobEvent]()
    for data in frames:
        heard = stream.receive(data)
        if heard and heard[0] == OURS:
            events += run.receive(heard[1])
    assert not any(isinstance(event, LastEvent) for event in events)
    assert sum(isinstance(event, JobStarted) for event in events) <= 1
    for event in events:
        assert event.job_id == OURS
        if isinstance(event, JobProgressed):
            assert 0 <= event.step <= event.total
            assert clean(event.activity) == event.activity
        if isinstance(event, OutputReceived):
            assert "/" not in event.output.filename
    *_, last = run.settle(HistoryEntry())
    assert isinstance(last, LastEvent)
    *_, last = run.settle_without_history()
    assert isinstance(last, LastEvent)


@unhurried
@given(st.dictionaries(node_ids, jsons), st.text(), st.text())
def test_any_output_and_any_error_find_their_words(shown: dict[str, Any], message: str, kind: str) -> None:
    *_, last = Run(OURS, GRAPH).settle(HistoryEntry(outputs=shown))
    assert isinstance(last, LastEvent)
    problem = rejection_of(Rejection(error=message), GRAPH)
    assert clean(problem.sentence) == problem.sentence


@unhurried
@given(st.dictionaries(st.text(), jsons))
def test_any_graph_can_be_spoken_about(strange: dict[str, Any]) -> None:
    run = Run(OURS, strange)
    heard = MessageStream().receive('{"type":"executing","data":{"prompt_id":"ours","node":"3"}}')
    assert heard
    run.receive(heard[1])
    *_, last = run.settle_without_history()
    assert isinstance(last, LastEvent)
