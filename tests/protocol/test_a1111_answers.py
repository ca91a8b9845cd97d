"""What came back, and what it says that was not asked for."""

from typing import Any

import msgspec
import pytest

from tests.support.a1111_recordings import answer, answers
from tui.domain.request import GenerationRequest
from tui.domain.server import Capabilities
from tui.media.metadata import read_texts
from tui.protocol.a1111_answer import (
    GenerationAnswer,
    Info,
    Known,
    other_size,
    read_info,
    read_pictures,
    replacements,
)
from tui.protocol.a1111_dialect import Family, capabilities, classify
from tui.protocol.a1111_lists import (
    Memory,
    Options,
    loaded_first,
    read_checkpoints,
    read_embeddings,
    read_loras,
    read_memory,
    read_names,
    read_options,
    read_schedulers,
    read_upscalers,
)
from tui.protocol.a1111_sdcpp import NativeJob, NativeStatus, read_native_pictures

KNOWN = Known(
    checkpoints=read_checkpoints(answer("a1111/sd_models")),
    schedulers=read_schedulers(answer("a1111/schedulers")),
)


def came_back(body: Any) -> tuple[GenerationAnswer, Info]:
    decoded = msgspec.convert(body, GenerationAnswer)
    return decoded, read_info(decoded.info)


def test_a_picture_comes_with_the_seed_that_was_used_and_its_infotext() -> None:
    decoded, info = came_back(answer("a1111/txt2img"))
    (picture,) = read_pictures(decoded, info)
    assert picture.seed == info.seeds[0]
    assert "Steps: " in read_texts(picture.data)["parameters"]
    assert info.version == "1.10.1"


def test_a_random_seed_is_told_by_the_info_and_not_by_the_echo() -> None:
    _, response = came_back(answer("a1111/txt2img_seed_random"))
    assert response.seeds[0] is not None


def test_the_grid_before_the_pictures_is_left_out() -> None:
    decoded, info = came_back(answer("a1111/txt2img_grid_first_save_images"))
    assert len(decoded.images) == 3
    assert [picture.seed for picture in read_pictures(decoded, info)] == [5, 6]


def test_an_interrupted_batch_has_more_seeds_than_pictures() -> None:
    (body,) = answers("a1111/interrupt_second_of_three", "generation")
    decoded, info = came_back(body)
    assert len(info.seeds) == 3
    assert [picture.seed for picture in read_pictures(decoded, info)] == [info.seeds[0]]


def test_pictures_that_extensions_append_are_left_out() -> None:
    decoded = GenerationAnswer(images=("aGk=", "aG8=", "bWFw"))
    assert len(read_pictures(decoded, Info(seeds=(1, 2)))) == 2


@pytest.mark.parametrize("info", [None, "", "{", "[]", 3, "{}", '{"all_seeds": "x", "seed": true}'])
def test_an_info_that_makes_no_sense_leaves_all_pictures(info: object) -> None:
    decoded = GenerationAnswer(images=("aGk=", "aG8="), info=info)
    assert len(read_pictures(decoded, read_info(info))) == 2


@pytest.mark.parametrize(
    ("recorded", "asked", "notes"),
    [
        (
            "txt2img_unknown_sampler_silently_replaced",
            {"sampler": "NopeSampler"},
            ("The server used the sampler “DPM++ 2M” in place of “NopeSampler”.",),
        ),
        (
            "txt2img_unknown_checkpoint_silently_ignored",
            {"checkpoint": "doesnotexist"},
            ("The server used the checkpoint “tiny-random-a” in place of “doesnotexist”.",),
        ),
        ("txt2img_checkpoint_override", {"checkpoint": "tiny-random-b.safetensors"}, ()),
        ("txt2img_checkpoint_override", {"checkpoint": "tiny-random-b.safetensors [0123456789]"}, ()),
        ("txt2img_legacy_sampler_name", {"sampler": "DPM++ 2M Karras"}, ()),
        ("txt2img", {"sampler": "Euler a", "scheduler": "karras"}, ()),
        (
            "txt2img_unknown_checkpoint_silently_ignored",
            {"scheduler": "exponential"},
            ("The server used the scheduler “automatic” in place of “exponential”.",),
        ),
        ("txt2img_unknown_checkpoint_silently_ignored", {"scheduler": "Automatic"}, ()),
    ],
)
def test_silent_replacements_are_found_out(
    recorded: str, asked: dict[str, Any], notes: tuple[str, ...]
) -> None:
    _, info = came_back(answer(f"a1111/{recorded}"))
    assert replacements(GenerationRequest(**asked), info, KNOWN) == notes


def test_a_size_that_was_rounded_is_said() -> None:
    assert other_size((70, 64), (64, 64)) == (
        "The server made 64×64 in place of 70×64: it works in whole blocks of pixels."
    )
    assert other_size((64, None), (64, 512)) == ""
    assert other_size((None, None), (1, 2)) == ""


def test_the_loaded_checkpoint_comes_first_under_a_name_that_hashing_does_not_change() -> None:
    found = KNOWN.checkpoints
    assert loaded_first(found, "tiny-random-b.safetensors [0123456789]") == (
        "tiny-random-b.safetensors",
        "tiny-random-a.safetensors",
    )
    hashed = read_checkpoints([{"title": "sub/a.ckpt [0123456789]", "model_name": "sub_a"}])
    assert hashed[0].name == "sub/a.ckpt"
    assert hashed[0].is_called("a")


def test_the_lists_are_read_as_they_were_recorded() -> None:
    assert read_names(answer("a1111/samplers"))[0] == "DPM++ 2M"
    assert [scheduler.label for scheduler in KNOWN.schedulers][:2] == ["Automatic", "Uniform"]
    assert [lora.name for lora in read_loras(answer("a1111/loras"))] == ["rand_style", "second lora"]
    assert [(item.name, item.is_downloaded) for item in read_upscalers(answer("a1111/upscalers"))] == [
        ("Lanczos", True),
        ("Nearest", True),
        ("DAT x2", False),
    ]
    assert read_embeddings(answer("a1111/embeddings_empty")) == ()
    assert read_embeddings({"loaded": {"moody": {}}}) == ("moody",)
    assert read_embeddings({"loaded": ["moody"]}) == ("moody",)
    assert read_memory(answer("a1111/memory_cpu")) == Memory("no CUDA", 25276514304, 24118370304)
    gpu = {"cuda": {"system": {"free": 1.0, "used": 2, "total": 3}}, "ram": {"free": 9}}
    assert read_memory(gpu) == Memory("CUDA", 3, 1)


@pytest.mark.parametrize("garbage", [None, [], {}, "x", [None, 3, {"name": 3}], {"loaded": 3}])
def test_lists_of_garbage_are_empty(garbage: object) -> None:
    assert read_names(garbage) == ()
    assert read_checkpoints(garbage) == ()
    assert read_loras(garbage) == ()
    assert read_upscalers(garbage) == ()
    assert read_schedulers(garbage) == ()
    assert read_embeddings(garbage) == ()


def test_options_are_told_from_what_other_servers_answer_there() -> None:
    options = read_options(answer("a1111/options_trimmed"))
    assert options is not None
    assert options.checkpoint == "tiny-random-a.safetensors"
    assert read_options(answer("sdcpp/options")) is not None
    assert read_options({}) is not None  # a server on which nothing was ever saved
    assert read_options({"error": "Unexpected endpoint or method. (GET /sdapi/v1/options)"}) is None
    assert read_options([]) is None


def able(paths: set[str], *, has_tasks: bool = False, **fields: Any) -> Capabilities:
    return capabilities(classify(frozenset(paths), has_tasks=has_tasks, **fields), Options())


def test_each_dialect_is_known_by_its_routes_and_offers_what_it_has() -> None:
    listed = frozenset(answer("a1111/openapi_paths")["paths"])
    assert classify(listed | {"/sdapi/v1/cmd-flags"}).family is Family.A1111
    assert classify(listed | {"/sdapi/v1/sd-modules"}).family is Family.FORGE
    sdnext = classify(listed | {"/sdapi/v1/version"}, version={"updated": "2026-07-01", "commit": "abc"})
    assert (sdnext.family, sdnext.version) == (Family.SDNEXT, "2026-07-01 abc")
    assert classify(frozenset({"/sdcpp/v1/capabilities"})).family is Family.SDCPP
    whole = able(set(listed))
    assert whole.missing == {"control": whole.missing["control"]}
    assert {"checkpoint", "scheduler", "loras", "upscaler"} <= whole.fields
    assert (whole.has_step_progress, whole.has_previews, whole.can_cancel_running) == (True, True, True)
    assert "scheduler" not in able({*listed, "/sdapi/v1/version"}).fields
    assert "loras" not in able(set(listed) - {"/sdapi/v1/loras"}).fields
    assert "checkpoint" in able(set(listed), is_frozen=True).missing


def test_stable_diffusion_cpp_says_what_it_lacks() -> None:
    poor = able({"/sdcpp/v1/capabilities", "/sdapi/v1/loras", "/sdapi/v1/schedulers"})
    assert (poor.has_step_progress, poor.has_previews, poor.can_cancel_running) == (False, False, False)
    assert poor.can_cancel_waiting
    assert "upscale" not in poor.tasks
    assert poor.missing["checkpoint"] == "stable-diffusion.cpp runs the one model it was started with."
    assert poor.missing["upscale"] == "stable-diffusion.cpp does not enlarge finished pictures."


def test_recorded_native_jobs_are_read() -> None:
    jobs = [
        msgspec.convert(body, NativeJob) for body in answers("sdcpp/async_two_jobs_cancel_refused", "job")
    ]
    assert [job.status for job in jobs[:2]] == [NativeStatus.GENERATING, NativeStatus.COMPLETED]
    assert jobs[1].pictures()[0].startswith(b"\x89PNG")
    assert NativeJob("1", NativeStatus.QUEUED, queue_position=1).position == 0


def test_native_pictures_tell_their_seed_in_their_infotext() -> None:
    text = "a fox\nSteps: 2, CFG scale: 7.0, Seed: 1838537570, Size: 64x64, Sampler: euler_a"
    pictures, info = read_native_pictures((b"1", b"2"), (text, ""), GenerationRequest(seed=9))
    assert [picture.seed for picture in pictures] == [1838537570, 10]
    assert info.seeds == (1838537570, 10)
