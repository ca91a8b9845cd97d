"""The sentence that a person reads for each refusal of a language server in the recordings."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.chat_recordings import Answer, answer, error_names, path
from tests.support.chat_server import END, ChatServer, chat_server, chunk, saying
from tests.support.text_peers import text_backend
from tui.backends.base import TextBackend
from tui.domain.chat import (
    ChatCompleted,
    ChatEvent,
    ChatRequest,
    ModelLoading,
    ReasoningReceived,
    TextReceived,
)
from tui.domain.errors import LatentuiError, ServerError

QUESTION = ChatRequest(instructions="Write a prompt.", text="a fox")
TOO_LONG = (
    "The text is longer than the model's context on partner. "
    "Shorten it, or load the model with a larger context."
)

REFUSALS = {
    "llama_cpp_python_bad_json_500_text": (
        "partner failed inside (500). It said: “Internal Server Error” Its own log tells more."
    ),
    "llama_cpp_python_context_overflow_400": (
        f"{TOO_LONG} It said: “This model's maximum context length is 1024 tokens. However, you requested "
        "2022 tokens (2022 in the messages, None in the completion). Please reduce the length of the "
        "messages or completion.”"
    ),
    "llama_cpp_python_wrong_type_500": "partner failed inside (500). It said: “1 validation error:",
    "llamacpp_auth_wrong_401": (
        "partner refused access (401). It said: “Invalid API Key” Check its key or password in the settings."
    ),
    "llamacpp_context_overflow_400": (
        f"{TOO_LONG} It said: “request (2023 tokens) exceeds the available context size (1024 tokens), try "
        "increasing it”"
    ),
    "llamacpp_context_overflow_stream_400": TOO_LONG,
    "llamacpp_error_400_bad_json": "partner rejected the request (400). It said: “[json.exception.parse",
    "llamacpp_error_400_missing_messages": (
        "partner rejected the request (400). It said: “'messages' is required”"
    ),
    "llamacpp_error_400_wrong_type": (
        "partner rejected the request (400). It said: “Expected 'messages' to be an array”"
    ),
    "llamacpp_image_to_text_model_500": (
        "The model of partner does not see pictures. Load one that does, or describe the picture yourself."
    ),
    "llamacpp_router_autoload_off_400": "partner has no model loaded. Load one there first.",
    "llamacpp_router_broken_model_500": (
        "partner could not load its model. Its own log tells why. It said: “model name=broken failed to load”"
    ),
    "llamacpp_router_no_model_field_400": "partner has no model loaded. Load one there first.",
    "llamacpp_router_unknown_model_400": (
        "partner has no model called “no-such-model”. Choose one that it lists."
    ),
    "llamacpp_vlm_corrupt_image_400": (
        "partner could not read the picture. It said: “Failed to load image or audio file”"
    ),
    "llamacpp_vlm_webp_400": (
        "partner could not read the picture. It said: “Failed to load image or audio file”"
    ),
    "reported/context_overflow_400": TOO_LONG,
    "reported/model_crashed_400_string_error": (
        "The model of partner crashed. Load it again, perhaps with less context. It said: “The model "
        "has crashed without additional information. (Exit code: null)”"
    ),
    "reported/no_model_loaded_400": "partner has no model loaded. Load one there first.",
    "reported/unknown_model_404": "partner has no model called “m”. Choose one that it lists.",
    "reported/unknown_path_200": (
        "partner answered with something other than a stream of text. It said: “Unexpected endpoint or "
        "method. (GET /x)”"
    ),
    "reported/webp_refused_400": (
        "partner could not read the picture. It said: “'url' field must be a base64 encoded image.”"
    ),
}
"""What a question meets."""

LISTS = {
    "llamacpp_auth_missing_401": "partner refused access (401). It said: “Invalid API Key” Check its key",
    "llamacpp_loading_503": "partner is loading its model. It will answer in a moment.",
    "llamacpp_api_v1_models_404": (
        "partner lists no language models. Is it a language server, and is this its port?"
    ),
    "reported/token_malformed_401": (
        "partner refused access (401). It said: “Malformed LM Studio API token provided: dummy... Ensure you "
        "are using a valid token.” Check its key or password in the settings."
    ),
    "reported/token_missing_401": "partner refused access (401). It said: “An LM Studio API token",
}
"""What a look at the models meets."""

STREAMS = {
    "reported/chat_stream_error_event.jsonl": TOO_LONG,
    "llamacpp_chat_stream_server_killed.jsonl": (
        "partner broke off in the middle of its answer. It may have stopped. Nothing was changed."
    ),
    "llama_cpp_python_context_overflow_stream_silent.jsonl": (
        "partner broke off in the middle of its answer. It may have stopped. Nothing was changed."
    ),
}
"""What ends badly after a good beginning."""


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    """A server that answers what the test says."""
    async with chat_server() as running:
        yield running


@pytest.fixture
async def backend(server: ChatServer) -> AsyncIterator[TextBackend]:
    """A backend for it."""
    async with text_backend(server.settings) as opened:
        yield opened


async def asked(backend: TextBackend, question: ChatRequest = QUESTION) -> list[ChatEvent]:
    """Everything in the answer."""
    return [event async for event in backend.chat(question)]


def words(error: LatentuiError) -> str:
    """What it says, whatever the address."""
    return error.sentence.replace(" on 127.0.0.1", "")


def test_every_recorded_refusal_has_its_sentence() -> None:
    assert set(error_names()) == set(REFUSALS) | set(LISTS)
    assert {path(name) for name in LISTS} <= {"/v1/models", "/api/v1/models"}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refused_question(name: str, server: ChatServer, backend: TextBackend) -> None:
    server.chat = answer(name)
    with pytest.raises(LatentuiError) as caught:
        await asked(backend)
    assert words(caught.value).startswith(REFUSALS[name])


@pytest.mark.parametrize("name", LISTS)
async def test_a_refused_look(name: str, server: ChatServer, backend: TextBackend) -> None:
    server.lists = {}
    server.elsewhere = answer(name)
    with pytest.raises(LatentuiError) as caught:
        await backend.connect()
    assert words(caught.value).startswith(LISTS[name])
    assert backend.last_error is caught.value


@pytest.mark.parametrize("name", STREAMS)
async def test_a_stream_that_ends_badly(name: str, server: ChatServer, backend: TextBackend) -> None:
    server.chat = answer(name)
    server.is_cut = "killed" in name
    with pytest.raises(ServerError) as caught:
        await asked(backend)
    assert words(caught.value).startswith(STREAMS[name])


@pytest.mark.parametrize(
    "pieces",
    [(END,), (chunk(" \n"), END), (chunk(reasoning_content="hm"), END), saying("<think>h</think>")],
)
async def test_an_answer_without_text_is_a_failure(
    pieces: tuple[bytes, ...], server: ChatServer, backend: TextBackend
) -> None:
    server.chat = pieces
    with pytest.raises(ServerError, match="gave an empty answer"):
        await asked(backend)


async def test_a_stream_that_just_ends_is_not_an_answer(server: ChatServer, backend: TextBackend) -> None:
    server.chat = (chunk("half of "),)
    with pytest.raises(ServerError, match="broke off"):
        await asked(backend)


async def test_separators_in_the_text_do_not_cut_the_stream(server: ChatServer, backend: TextBackend) -> None:
    server.chat = answer("reported/sse_u2028_inside_content.jsonl")
    assert (await asked(backend))[-1] == ChatCompleted("a\nb\nc")


async def test_bytes_cut_anywhere_make_the_same_answer(server: ChatServer, backend: TextBackend) -> None:
    whole = b"".join(saying("ein Füchschen ", "im <think>tief", "</think>Schnee"))
    server.chat = [whole[index : index + 3] for index in range(0, len(whole), 3)]
    events = await asked(backend)
    last = events[-1]
    assert isinstance(last, ChatCompleted)
    assert last.text == "ein Füchschen im Schnee"
    assert "".join(event.text for event in events if isinstance(event, ReasoningReceived)) == "tief"


async def test_the_lists_are_asked_in_the_order_of_their_knowledge(
    server: ChatServer, backend: TextBackend
) -> None:
    for listed, recorded in (
        ("/v1/models", "reported/v1_models"),
        ("/api/v0/models", "reported/api_v0_models"),
        ("/api/v1/models", "reported/api_v1_models"),
    ):
        server.lists[listed] = answer(recorded)
        if listed != "/api/v1/models":
            server.lists.pop("/api/v1/models", None)
        await backend.disconnect()
        status = await backend.connect()
        assert status.product == "LM Studio"
    assert status.model == "p/some-llm"


async def test_what_a_loaded_model_holds_of_the_memory_is_told(backend: TextBackend) -> None:
    assert (await backend.connect()).note == "holds 4.0 GB"


async def test_a_model_that_sees_pictures_is_told(server: ChatServer, backend: TextBackend) -> None:
    server.lists = {"/v1/models": answer("llamacpp_vlm_models")}
    assert (await backend.connect()).sees_pictures
    server.lists = {"/v1/models": answer("llamacpp_models")}
    assert not (await backend.connect()).sees_pictures


async def test_a_model_that_must_be_loaded_first_is_said(server: ChatServer, backend: TextBackend) -> None:
    server.lists = {"/v1/models": answer("llamacpp_router_models_none_loaded")}
    assert (await backend.connect()).note == "no model loaded, it loads at the first request"
    events = await asked(backend)
    assert events[0] == ModelLoading()
    assert server.asked[0]["model"]


async def test_the_model_of_the_settings_is_asked(server: ChatServer) -> None:
    settings = server.settings
    chosen = replace(settings, defaults=replace(settings.defaults, checkpoint="p/other"))
    async with text_backend(chosen) as backend:
        assert isinstance((await asked(backend))[0], TextReceived)
    assert server.asked[0]["model"] == "p/other"


async def test_a_server_without_models_is_said(server: ChatServer, backend: TextBackend) -> None:
    server.lists = {"/v1/models": Answer(200, "application/json", b'{"object":"list","data":null}')}
    assert (await backend.connect()).note == "no model"
    with pytest.raises(ServerError, match="has no language model"):
        await asked(backend)


async def test_unloading_names_the_loaded_instance(server: ChatServer, backend: TextBackend) -> None:
    await backend.unload()
    assert server.unloads == [("/api/v1/models/unload", {"instance_id": "p/some-llm"})]


async def test_a_router_unloads_its_model(server: ChatServer, backend: TextBackend) -> None:
    server.lists = {"/v1/models": answer("llamacpp_router_models_one_loaded")}
    await backend.unload()
    assert server.unloads == [("/models/unload", {"model": "tiny-random-llama"})]


async def test_what_has_nothing_to_unload_is_left_alone(server: ChatServer, backend: TextBackend) -> None:
    server.lists = {"/v1/models": answer("llamacpp_models")}
    await backend.unload()
    assert server.unloads == []
