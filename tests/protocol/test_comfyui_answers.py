"""Recorded HTTP bodies, read as values."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.comfyui_recordings import FOLDER, exchange
from tui.protocol.comfyui_answers import (
    QueueAnswer,
    SystemAnswer,
    UploadAnswer,
    choices_in,
    choices_of,
)

RUNNING = "11111111-2222-4333-a444-555500000001"


def test_positions_follow_the_run_order_and_not_the_heap() -> None:
    _, response = exchange("queue_busy")
    pending = response["body"]["queue_pending"]
    order = [item[1] for item in sorted(pending, key=lambda item: (item[0], item[1]))]
    heap = {**response["body"], "queue_pending": pending[::-1]}
    queue = msgspec.convert(heap, QueueAnswer)
    assert queue.is_running(RUNNING)
    assert queue.position(RUNNING) is None
    assert [queue.position(job) for job in order] == [0, 1, 2, 3]


def test_a_job_that_is_not_queued_has_no_position() -> None:
    assert QueueAnswer().position("x") is None


def test_the_server_is_described_in_our_words() -> None:
    _, response = exchange("system_stats")
    system = msgspec.convert(response["body"], SystemAnswer)
    assert (system.status.product, system.status.version, system.status.device) == (
        "ComfyUI",
        "0.33.0",
        "cpu",
    )
    assert system.status.memory_total


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync", "NVIDIA GeForce RTX 4090"),
        ("cuda:1 AMD Radeon : native", "AMD Radeon"),
        ("mps", "mps"),
        ("embedded engine, procedural pictures", "embedded engine, procedural pictures"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_a_device_is_shown_by_its_card(name: str, shown: str) -> None:
    body = {"system": {"comfyui_version": "1"}, "devices": [{"name": name}]}
    assert msgspec.convert(body, SystemAnswer).status.device == shown


def test_json_without_a_system_is_not_comfyui() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"status": "ok"}, SystemAnswer)


@pytest.mark.parametrize(
    ("name", "reference"), [("upload_image_200", "up1.png"), ("upload_subfolder", "sub/dir/s.png")]
)
def test_an_upload_is_named_as_the_server_named_it(name: str, reference: str) -> None:
    _, response = exchange(name)
    assert msgspec.convert(response["body"], UploadAnswer).reference == reference


def test_both_spellings_of_a_list_are_read() -> None:
    definitions: dict[str, Any] = json.loads((FOLDER / "object_info_templates.json").read_text())
    assert "euler" in choices_of(definitions["KSampler"], "sampler_name")
    assert choices_of(definitions["UpscaleModelLoader"], "model_name")
    assert choices_in([["a", 1], {}]) == ("a", "1")
    assert choices_in(["COMBO", {"options": ["a"]}]) == ("a",)
    assert choices_in([["a"]]) == ("a",)


@pytest.mark.parametrize("config", [None, [], ["INT", {"min": 1}], ["COMBO"], ["COMBO", {}], "COMBO", [{}]])
def test_an_input_without_a_list_has_no_choices(config: object) -> None:
    assert choices_in(config) == ()


def test_a_node_without_that_input_has_no_choices() -> None:
    assert choices_of({}, "x") == choices_of({"input": {"required": None}}, "x") == ()
