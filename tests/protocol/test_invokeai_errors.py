"""For each error that a real InvokeAI gave: the sentence that a person reads."""

import json

import pytest

from tests.support.invokeai_recordings import events, exchange
from tui.domain.errors import (
    NotFoundError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.protocol.invokeai_errors import error_of, failure_of, login_failed

LABEL = "InvokeAI on gpu-box"
NOT_TAKEN = f"{LABEL} does not take the job."
OTHER_VERSION = "Its version may be older or newer than this program knows: InvokeAI 6 is meant."

SENTENCES = [
    (
        "error_422_width_not_multiple_of_8",
        RequestRejectedError,
        f"{NOT_TAKEN} Width: Input should be a multiple of 8. Choose another size.",
    ),
    (
        "error_422_steps_not_integer",
        RequestRejectedError,
        f"{NOT_TAKEN} Steps: Input should be a valid integer, unable to parse string as an integer.",
    ),
    (
        "error_422_unknown_scheduler",
        RequestRejectedError,
        (
            f"{NOT_TAKEN} Sampler: Input should be 'ddim', 'ddpm', 'deis', 'deis_k', 'lms', 'lms_k', 'pndm',"
            " 'heun' (shortened). Choose one from its list."
        ),
    ),
    (
        "error_422_unknown_node_type",
        RequestRejectedError,
        f"{NOT_TAKEN} It has no node “no_such_node”. {OTHER_VERSION}",
    ),
    (
        "error_422_model_ident_incomplete",
        RequestRejectedError,
        (
            f"{NOT_TAKEN} Checkpoint hash: Field required. Checkpoint name: Field required."
            f" Checkpoint base: Field required. And 1 more. {OTHER_VERSION}"
        ),
    ),
    (
        "error_422_edge_unknown_field",
        RequestRejectedError,
        f"{NOT_TAKEN} Edge source field nope does not exist in node m.",
    ),
    (
        "error_422_edge_unknown_node",
        RequestRejectedError,
        f"{NOT_TAKEN} Edge source node zzz does not exist in the graph.",
    ),
    (
        "error_422_node_ids_must_match",
        RequestRejectedError,
        f"{NOT_TAKEN} Node ids must match, got p and other.",
    ),
    ("error_422_no_batch", RequestRejectedError, f"{NOT_TAKEN} Field required. {OTHER_VERSION}"),
    (
        "error_422_batch_data_unknown_node",
        RequestRejectedError,
        f"{NOT_TAKEN} Node q not found in graph.",
    ),
    (
        "error_422_batch_data_zip_length",
        RequestRejectedError,
        f"{NOT_TAKEN} Zipped batch items must all have the same length.",
    ),
    (
        "error_422_item_id",
        RequestRejectedError,
        f"{NOT_TAKEN} Item id: Input should be a valid integer, unable to parse string as an integer.",
    ),
    (
        "upload_missing_params_422",
        RequestRejectedError,
        f"{NOT_TAKEN} Image category: Field required. Is intermediate: Field required. {OTHER_VERSION}",
    ),
    (
        "upload_not_image_415",
        RequestRejectedError,
        f"{LABEL} cannot read the picture. Save it as PNG or JPEG and choose it again.",
    ),
    (
        "upload_undecodable_415",
        RequestRejectedError,
        f"{LABEL} cannot read the picture. Save it as PNG or JPEG and choose it again.",
    ),
    (
        "model_install_bad_path_409",
        RequestRejectedError,
        (
            f"{LABEL} cannot do it now (409)."
            " It said: “Unsupported model source: '/srv/models/nonexistent.safetensors'”"
        ),
    ),
    (
        "auth_required_401",
        ServerRefusedError,
        f"{LABEL} asks for a login. Set username (the e-mail address there) and password in the settings.",
    ),
    (
        "auth_bad_token_401",
        ServerRefusedError,
        f"{LABEL} no longer accepts the login. Set username and password anew in the settings.",
    ),
    (
        "auth_cancel_others_item_403",
        ServerRefusedError,
        (
            f"{LABEL} does not allow it. It said: “You do not have permission to cancel this queue item”"
            " Log in there as somebody who may."
        ),
    ),
    (
        "auth_image_of_other_user_403",
        ServerRefusedError,
        (
            f"{LABEL} does not allow it. It said: “Not authorized to access this image”"
            " Log in there as somebody who may."
        ),
    ),
    (
        "auth_pause_forbidden_403",
        ServerRefusedError,
        f"{LABEL} does not allow it. It said: “Admin privileges required” Log in there as somebody who may.",
    ),
    (
        "queue_item_unknown_404",
        NotFoundError,
        (
            f"{LABEL} does not have it: Queue item with id 99999 not found in queue default."
            " It may have been deleted there."
        ),
    ),
    (
        "model_unknown_404",
        NotFoundError,
        f"{LABEL} does not have it: model not found. It may have been deleted there.",
    ),
    (
        "unknown_post_path_405",
        NotFoundError,
        f"{LABEL} does not know /api/v1/nope. Check the address, and that it is InvokeAI 6 or newer.",
    ),
    (
        "model_cover_missing_500",
        ServerReplyError,
        f"{LABEL} failed inside (500). It said: “Internal Server Error” Its own log tells more.",
    ),
]


@pytest.mark.parametrize(("name", "kind", "sentence"), SENTENCES, ids=[name for name, *_ in SENTENCES])
def test_an_error_reads_as_a_sentence(name: str, kind: type[ServerError], sentence: str) -> None:
    recorded = exchange(name)
    error = error_of(LABEL, recorded.status, recorded.body, recorded.path)
    assert (type(error), str(error)) == (kind, sentence)


def test_a_refusal_repeats_nothing_of_the_graph() -> None:
    recorded = exchange("error_422_edge_unknown_field")
    assert b"a cat" in recorded.body
    assert "a cat" not in str(error_of(LABEL, 422, recorded.body, recorded.path))


def test_an_endless_message_is_cut() -> None:
    detail = [{"type": "value_error", "loc": ["body", "batch", "graph"], "msg": "no " * 4000}]
    assert len(str(error_of(LABEL, 422, json.dumps({"detail": detail}).encode(), "/x"))) < 300


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"detail": 7}', b'{"detail": [7]}', b"\xff\x00", b"["]
)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 413, 415, 418, 422, 500, 502])
def test_any_body_makes_a_sentence_without_markup(status: int, body: bytes) -> None:
    sentence = str(error_of(LABEL, status, body, "/api/v1/x"))
    assert LABEL in sentence
    assert "<html" not in sentence


def test_a_login_that_is_refused_says_what_the_name_is() -> None:
    said = exchange("auth_login_wrong_401").json["detail"]
    assert str(login_failed(LABEL, said)) == (
        f"{LABEL} refused the login: Incorrect email or password."
        " In the settings, username is the e-mail address there, and password its password."
    )


def test_a_model_that_was_removed_is_said() -> None:
    ended = [payload for _, payload in events("item_failed_unknown_model") if payload.get("error_message")]
    problem = failure_of(ended[0]["error_type"], ended[0]["error_message"])
    assert problem.sentence == "InvokeAI no longer has a model of this job."


@pytest.mark.parametrize(
    ("kind", "message", "sentence"),
    [
        ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 9 GiB", "InvokeAI ran out of memory."),
        ("torch.OutOfMemoryError", "", "InvokeAI ran out of memory."),
        (
            "ImageFileNotFoundException",
            "Image file not found",
            "InvokeAI no longer has a picture of this job.",
        ),
        ("KeyError", "'clip2'", "InvokeAI failed: 'clip2'."),
        ("AssertionError", "", "InvokeAI failed: AssertionError."),
        ("", "", "InvokeAI failed without saying why."),
    ],
)
def test_a_failure_reads_as_a_sentence(kind: str, message: str, sentence: str) -> None:
    assert failure_of(kind, message).sentence == sentence


def test_control_characters_in_an_error_are_gone() -> None:
    assert "\x1b" not in failure_of("RuntimeError", "\x1b[31mboom\x07").sentence
    body = json.dumps({"detail": "\x1b]0;title\x07no"}).encode()
    assert "\x1b" not in str(error_of(LABEL, 409, body, "/x"))
