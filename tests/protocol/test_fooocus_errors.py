"""Every refusal that Fooocus-API was seen to make, and every silence, as a sentence."""

import json

import msgspec
import pytest

from tests.support.fooocus_recordings import answer, body_of, exchange, told
from tui.domain.errors import NotFoundError, RequestRejectedError, ServerError, ServerRefusedError
from tui.domain.events import JobCancelled, JobFailed
from tui.domain.job import JobId
from tui.protocol.fooocus_errors import fooocus_error, queue_full
from tui.protocol.fooocus_job import JobAnswer
from tui.protocol.fooocus_run import Run

LABEL = "Fooocus on box"
OURS = JobId("ours")

SENTENCES: dict[str, tuple[type[ServerError], str]] = {
    "apikey_missing_403": (
        ServerRefusedError,
        (
            "Fooocus on box wants an API key, or another one. "
            "Set api_key in its settings to what the server was started with: --apikey."
        ),
    ),
    "error_422_enum": (
        RequestRejectedError,
        (
            "Fooocus on box does not take the performance (Input should be 'Speed', 'Quality', "
            "'Extreme Speed', 'Lightning' or 'Hyper-SD'). Change it, and try again."
        ),
    ),
    "error_422_range": (
        RequestRejectedError,
        (
            "Fooocus on box does not take the batch size (Input should be less than or equal to 32). "
            "Change it, and try again."
        ),
    ),
    "loras_422": (
        RequestRejectedError,
        (
            "Fooocus on box does not take the enabled (Field required) and LoRA strength "
            "(Input should be less than or equal to 2). Change it, and try again."
        ),
    ),
    "query_job_missing_param_422": (
        RequestRejectedError,
        "Fooocus on box does not take the job_id (Field required). Change it, and try again.",
    ),
    "v2_image_prompt_missing_422": (
        RequestRejectedError,
        "Fooocus on box does not take the control picture (Field required). Change it, and try again.",
    ),
    "v2_image_prompt_bad_base64_500": (
        RequestRejectedError,
        (
            "Fooocus on box could not work with what it was sent and does not say why. "
            "It may not be able to read a picture; its own log tells more."
        ),
    ),
    "v2_text_to_image_404": (
        NotFoundError,
        (
            "Fooocus on box does not know /v2/generation/text-to-image. "
            "Its Fooocus-API is too old for this, or something else answers there."
        ),
    ),
    "unknown_path_404": (
        NotFoundError,
        (
            "Fooocus on box does not know /nope. "
            "Its Fooocus-API is too old for this, or something else answers there."
        ),
    ),
    "wrong_method_405": (
        NotFoundError,
        (
            "Fooocus on box does not know /v1/generation/text-to-image. "
            "Its Fooocus-API is too old for this, or something else answers there."
        ),
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_recorded_refusal_reads_as_a_sentence(name: str) -> None:
    kind, sentence = SENTENCES[name]
    status, body = body_of(name)
    error = fooocus_error(LABEL, status, body, exchange(name)[0]["path"])
    assert error is not None
    assert type(error) is kind
    assert error.sentence == sentence


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"<html>Bad Gateway</html>"), (500, b"<html>"), (404, b"nginx"), (418, b"")],
)
def test_what_the_server_itself_did_not_say_is_left_to_the_status(status: int, body: bytes) -> None:
    assert fooocus_error(LABEL, status, body, "/ping") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"detail": 3}',
        b'{"detail": [1, {}, {"loc": 5, "msg": []}]}',
        b"\xff",
        b"[" * 9000,
    ],
)
def test_a_validation_error_of_another_shape_is_still_one(body: bytes) -> None:
    error = fooocus_error(LABEL, 422, body, "/v1/generation/text-to-image")
    assert isinstance(error, RequestRejectedError)
    assert error.title.startswith("Fooocus on box does not take the request")


def test_a_full_queue_is_told_apart_from_a_failed_job() -> None:
    full = msgspec.convert(answer("queue_full_async"), JobAnswer)
    assert full.is_refused
    assert not msgspec.convert(told("error_async")[-1], JobAnswer).is_refused
    assert queue_full(LABEL).sentence == (
        "The queue of Fooocus on box is full. "
        "Wait until it is done with a job, or start it with a larger --queue-size."
    )


def ended(name: str, *, is_stopped: bool, job: int = 0) -> object:
    """The last event of a recorded job that made nothing."""
    run = Run(OURS, 1)
    *before, last = [msgspec.convert(body, JobAnswer) for body in told(name, job)]
    for body in before:
        run.receive(body)
    return run.end(last, is_stopped=is_stopped, is_cancelled=is_stopped)[-1]


def test_an_error_without_a_word_is_said_to_be_one() -> None:
    assert ended("error_async", is_stopped=False) == JobFailed(
        OURS,
        "Fooocus failed at the job, and does not say why.",
        "Its own log tells more: often a lack of memory, or a model that cannot be loaded.",
    )


def test_success_with_nothing_is_said_to_be_a_stop_of_somebody_elses() -> None:
    assert ended("stop_running_job", is_stopped=False) == JobFailed(
        OURS,
        "Fooocus ended the job without a picture: somebody stopped it.",
        "A stop sent while the server was idle hits the next job as well. Generate again.",
    )


def test_success_with_nothing_after_our_stop_is_a_cancelled_job() -> None:
    assert ended("stop_running_job", is_stopped=True) == JobCancelled(OURS)


def test_in_0_4_an_error_may_be_a_stop() -> None:
    assert ended("dialect_0_4_running_then_stopped", is_stopped=True) == JobCancelled(OURS)
    failed = ended("dialect_0_4_running_then_stopped", is_stopped=False)
    assert isinstance(failed, JobFailed)
    assert failed.title == "Fooocus failed at the job, or it was stopped, and does not say why."


def test_a_sentence_holds_nothing_a_terminal_would_obey() -> None:
    faults = {"detail": [{"loc": ["body", "\x1b[31mred"], "msg": "\x1b]0;x\x07\u202e" + "long " * 200}]}
    error = fooocus_error(LABEL, 422, json.dumps(faults).encode(), "/x")
    assert error is not None
    assert "\x1b" not in error.sentence
    assert "\u202e" not in error.sentence
    assert len(error.sentence) < 400
