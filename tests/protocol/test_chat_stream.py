"""Streamed answers, as they were recorded, and wherever they may be cut."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chat_recordings import answer
from tui.domain.chat import ReasoningReceived, TextReceived
from tui.protocol.chat_stream import ChatStream, StreamFault, ThinkFilter, error_message


def events(name: str) -> Iterator[tuple[str, str]]:
    """The name and data of each recorded event."""
    for block in answer(f"{name}.jsonl").body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if line)
        if lines:
            yield lines.get("event", "message"), lines["data"]


def read(name: str) -> ChatStream:
    """A stream that took every recorded event without a fault."""
    stream = ChatStream()
    for kind, data in events(name):
        assert not isinstance(stream.feed(kind, data), StreamFault)
    stream.finish()
    return stream


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("llamacpp_chat_stream", "length"),
        ("llamacpp_chat_stream_usage", "length"),
        ("llamacpp_router_chat_autoload_stream", "length"),
        ("llamacpp_vlm_chat_stream", "stop"),
        ("llama_cpp_python_chat_stream", "length"),
        ("reported/chat_stream", "stop"),
    ],
)
def test_a_recorded_stream_is_read_to_its_end(name: str, reason: str) -> None:
    stream = read(name)
    assert stream.is_done
    assert stream.is_whole
    assert stream.finish_reason == reason
    assert stream.text.strip()
    assert stream.model


@pytest.mark.parametrize("name", ["llamacpp_chat_stream_server_killed", "llamacpp_chat_stream_cancelled"])
def test_a_stream_that_broke_off_is_not_whole(name: str) -> None:
    stream = read(name)
    assert stream.text
    assert not stream.is_whole


def test_a_stream_without_an_event_is_neither_whole_nor_anything() -> None:
    stream = read("llama_cpp_python_context_overflow_stream_silent")
    assert (stream.text, stream.is_whole) == ("", False)


def test_an_error_inside_a_stream_is_a_fault() -> None:
    ((kind, data),) = events("reported/chat_stream_error_event")
    fault = ChatStream().feed(kind, data)
    assert isinstance(fault, StreamFault)
    assert fault.message.startswith("The number of tokens to keep")


def test_an_error_without_an_event_name_is_a_fault_too() -> None:
    assert ChatStream().feed("message", '{"error": "it crashed"}') == StreamFault("it crashed")


def test_separators_inside_a_piece_do_not_cut_it() -> None:
    stream = read("reported/sse_u2028_inside_content")
    assert stream.text == "a\nb\nc"
    assert stream.is_done


@pytest.mark.parametrize("data", ["{", "\x00", "[" * 100_000])
def test_a_piece_that_is_no_json_is_a_fault(data: str) -> None:
    assert isinstance(ChatStream().feed("message", data), StreamFault)


@pytest.mark.parametrize("data", ["null", "3", "[]", '{"choices": [3]}', '{"choices": [{"delta": null}]}'])
def test_a_piece_of_another_shape_says_nothing(data: str) -> None:
    assert ChatStream().feed("message", data) == []


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart(field: str) -> None:
    stream = ChatStream()
    piece = {"choices": [{"delta": {field: "hmm", "content": "a fox"}}]}
    assert stream.feed("message", json.dumps(piece)) == [ReasoningReceived("hmm"), TextReceived("a fox")]
    assert stream.text == "a fox"


THOUGHTFUL = "<think>The person wants <b>snow</b>.</think>a fox < b > in <snow"


@given(st.lists(st.integers(0, len(THOUGHTFUL)), max_size=12))
def test_thinking_is_parted_from_text_wherever_it_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(THOUGHTFUL)]
    keeper = ThinkFilter()
    found = [event for start, end in pairwise(edges) for event in keeper.feed(THOUGHTFUL[start:end])]
    found += keeper.flush()
    thoughts = "".join(event.text for event in found if isinstance(event, ReasoningReceived))
    words = "".join(event.text for event in found if isinstance(event, TextReceived))
    assert thoughts == "The person wants <b>snow</b>."
    assert words == "a fox < b > in <snow"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "no"}}, "no"),
        ({"error": "no"}, "no"),
        ({"detail": "no"}, "no"),
        ({"message": "no"}, "no"),
        ("plain no", "plain no"),
        ({"error": {"code": 3}}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_what_an_error_says_is_found_in_every_shape(body: object, said: str) -> None:
    assert error_message(body) == said
