"""Every refusal that A1111 and stable-diffusion.cpp were seen to make, as a sentence."""

import json

import pytest

from tests.support.a1111_recordings import FOLDER, body_of, exchange
from tui.backends.a1111_api import error_said
from tui.domain.errors import (
    JobFailedError,
    LatentuiError,
    NotFoundError,
    RequestRejectedError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.protocol.a1111_errors import error_of_fault, read_fault

LABEL = "A1111 on box"
LOG = "Its own log tells more."
ROUTE = "Check the address, and that the server is recent enough."

SENTENCES: dict[str, tuple[type[LatentuiError], str]] = {
    "a1111/auth_missing_401": (
        ServerRefusedError,
        (
            "A1111 on box wants a user name and password. "
            "Set username and password in its settings; it runs with --api-auth, or SD.Next with --auth."
        ),
    ),
    "a1111/auth_wrong_401": (
        ServerRefusedError,
        "A1111 on box does not accept the user name and password. Correct them in the settings.",
    ),
    "a1111/error_422_bad_json": (
        RequestRejectedError,
        (
            "A1111 on box rejected the job: Expecting property name enclosed in double quotes: "
            f"line 1 column 2 (char 1). {LOG}"
        ),
    ),
    "a1111/error_422_field_type": (
        RequestRejectedError,
        f"A1111 on box rejected the job: steps: value is not a valid integer. {LOG}",
    ),
    "a1111/error_422_no_body": (
        RequestRejectedError,
        f"A1111 on box rejected the job: field required. {LOG}",
    ),
    "a1111/error_422_script_not_found": (
        RequestRejectedError,
        (
            "A1111 on box lacks an extension that this job needs. Install it there, or do without. "
            "It said: “Script 'controlnet' not found”"
        ),
    ),
    "a1111/error_500_bad_hr_upscaler": (
        JobFailedError,
        (
            "A1111 on box does not have this upscaler. Choose one from its list. "
            "It said: “could not find upscaler named nope”"
        ),
    ),
    "a1111/error_500_zero_steps": (
        JobFailedError,
        (
            "A1111 on box cannot work with these values. Use at least one step. "
            "It said: “integer division or modulo by zero”"
        ),
    ),
    "a1111/error_500_zero_width": (
        JobFailedError,
        (
            "The picture's size is too small for A1111 on box. Use a width and height of at least 64. "
            "It said: “Calculated padded input size per channel: (10 x 2). Kernel size: (3 x 3). "
            "Kernel size can't be greater than actual input size”"
        ),
    ),
    "a1111/extras_unknown_upscaler_500": (
        JobFailedError,
        (
            "A1111 on box does not have this upscaler. Choose one from its list. "
            "It said: “could not find upscaler named Nope”"
        ),
    ),
    "a1111/img2img_bad_base64_500": (
        JobFailedError,
        (
            "A1111 on box cannot read the picture. Save it as PNG or JPEG and choose it again. "
            "It said: “Invalid encoded image”"
        ),
    ),
    "a1111/img2img_empty_init_500": (
        JobFailedError,
        (
            "A1111 on box failed at the job: Expected 3D (unbatched) or 4D (batched) input to conv2d, "
            f"but got input of size: [0]. {LOG}"
        ),
    ),
    "a1111/img2img_local_url_500": (
        JobFailedError,
        f"A1111 on box failed at the job: Request to local resource not allowed. {LOG}",
    ),
    "a1111/img2img_no_init_404": (
        RequestRejectedError,
        "A1111 on box got no picture to start from. Choose a picture. It said: “Init image not found”",
    ),
    "a1111/internal_ping_nowebui_404": (
        NotFoundError,
        f"A1111 on box does not know /internal/ping (404). {ROUTE}",
    ),
    "a1111/internal_progress_no_id_500": (
        ServerReplyError,
        (
            "A1111 on box failed inside (500). "
            f"It said: “unsupported operand type(s) for -: 'float' and 'NoneType'” {LOG}"
        ),
    ),
    "a1111/options_get_500_after_wrong_type": (
        ServerReplyError,
        (
            "A1111 on box failed inside (500). It said: “1 validation error for Options response -> "
            f"CLIP_stop_at_last_layers value is not a valid float (type=type_error.float)” {LOG}"
        ),
    ),
    "a1111/options_unknown_model_500": (
        ServerReplyError,
        f"A1111 on box failed inside (500). It said: “model 'nope' not found” {LOG}",
    ),
    "a1111/png_info_bad_500": (
        ServerReplyError,
        f"A1111 on box failed inside (500). It said: “Invalid encoded image” {LOG}",
    ),
    "a1111/root_nowebui_404": (NotFoundError, f"A1111 on box does not know / (404). {ROUTE}"),
    "a1111/unknown_path_404": (NotFoundError, f"A1111 on box does not know /sdapi/v1/nope (404). {ROUTE}"),
    "a1111/wrong_method_405": (
        NotFoundError,
        f"A1111 on box does not know /sdapi/v1/txt2img (405). {ROUTE}",
    ),
    "sdcpp/error_400_empty_body": (
        RequestRejectedError,
        f"A1111 on box rejected the job: empty body. {LOG}",
    ),
    "sdcpp/error_400_prompt_required": (
        RequestRejectedError,
        "A1111 on box needs a prompt. Write one. It said: “prompt required”",
    ),
    "sdcpp/error_400_size": (
        RequestRejectedError,
        (
            "The picture's size is too small for A1111 on box. Use a width and height of at least 64. "
            "It said: “width and height must be positive”"
        ),
    ),
    "sdcpp/error_500_bad_json": (
        JobFailedError,
        (
            "A1111 on box failed at the job: [json.exception.parse_error.101] "
            "parse error at line 1, column 2: "
            "syntax error while parsing object key - invalid literal; "
            "last read: '{b'; expected string literal. "
            f"{LOG}"
        ),
    ),
    "sdcpp/error_500_field_type": (
        JobFailedError,
        (
            "A1111 on box failed at the job: [json.exception.type_error.302] "
            f"type must be number, but is string. {LOG}"
        ),
    ),
    "sdcpp/interrupt_404": (
        NotFoundError,
        f"A1111 on box does not know /sdapi/v1/interrupt (404). {ROUTE}",
    ),
    "sdcpp/job_cancel_running_409": (
        RequestRejectedError,
        f"A1111 on box rejected the job: job is currently generating and cannot be interrupted yet. {LOG}",
    ),
    "sdcpp/job_unknown_404": (RequestRejectedError, f"A1111 on box rejected the job: job not found. {LOG}"),
    "sdcpp/png_info_404": (NotFoundError, f"A1111 on box does not know /sdapi/v1/png-info (404). {ROUTE}"),
    "sdcpp/progress_404": (NotFoundError, f"A1111 on box does not know /sdapi/v1/progress (404). {ROUTE}"),
}


def failures() -> list[str]:
    """Every recorded exchange that is no success."""
    return [
        f"{folder}/{path.stem}"
        for folder in ("a1111", "sdcpp")
        for path in sorted((FOLDER / folder).glob("*.json"))
        if json.loads(path.read_text())["response"]["status"] >= 400
    ]


def test_every_recorded_failure_has_its_sentence() -> None:
    assert sorted(SENTENCES) == failures()


@pytest.mark.parametrize("path", SENTENCES)
def test_a_recorded_failure_reads_as_a_sentence(path: str) -> None:
    request, response = exchange(path)
    is_job = any(part in request["path"] for part in ("2img", "extra-", "img_gen"))
    error = error_said(LABEL, response["status"], body_of(response), request["path"], is_job=is_job)
    assert (type(error), error.sentence) == SENTENCES[path]


@pytest.mark.parametrize(
    ("status", "body", "title"),
    [
        (
            500,
            {"error": "OutOfMemoryError", "detail": "", "errors": "CUDA out of memory. Tried to allocate"},
            "A1111 on box ran out of memory.",
        ),
        (500, {"error": "OutOfMemoryError", "errors": "no words"}, "A1111 on box ran out of memory."),
        (404, {"detail": "Sampler not found"}, "A1111 on box does not have this sampler."),
        (
            429,
            {"detail": "10.0.0.1:/x: rate limit exceeded"},
            "A1111 on box was asked too often.",
        ),
        (429, {"error": "job queue is full"}, "The queue of A1111 on box is full."),
        (
            500,
            {"error": "AssertionError", "errors": "changing settings is disabled"},
            "A1111 on box does not let a job choose its checkpoint.",
        ),
        (500, {"message": "Forge says so"}, "A1111 on box failed at the job: Forge says so."),
        (400, {"error": "Too bad"}, "A1111 on box rejected the job: Too bad."),
    ],
)
def test_what_dialects_say_elsewhere_in_the_body_is_found(
    status: int, body: dict[str, str], title: str
) -> None:
    fault = read_fault(json.dumps(body).encode())
    assert fault is not None
    assert error_of_fault(LABEL, status, fault).title == title


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b'"words"', b"\xff", b"{}", b'{"detail": {"a": 1}}', b'{"detail": [1]}']
)
def test_a_body_that_says_nothing_is_no_fault(body: bytes) -> None:
    assert read_fault(body) is None


def test_control_characters_in_an_error_do_not_reach_the_terminal() -> None:
    fault = read_fault(json.dumps({"errors": "bad\x1b[31m \u202ething\n\ntwice"}).encode())
    assert fault is not None
    assert fault.said == "bad[31m thing twice"
