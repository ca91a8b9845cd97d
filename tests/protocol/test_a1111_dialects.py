"""What real Forge, reForge and SD.Next servers said, read."""

import msgspec
import pytest

from tests.support.a1111_recordings import FOLDER, answer, answers, body_of, exchange
from tui.backends.a1111_api import error_said
from tui.backends.a1111_outcome import decoded
from tui.domain.request import ControlUnit, GenerationRequest, PictureInput
from tui.protocol.a1111_answer import GenerationAnswer, Known, read_info, read_pictures, replacements
from tui.protocol.a1111_dialect import Family, capabilities, classify
from tui.protocol.a1111_lists import (
    Options,
    preview_override,
    read_checkpoints,
    read_embeddings,
    read_loras,
    read_options,
)
from tui.protocol.a1111_ownership import Expectation, Owner, Ownership
from tui.protocol.a1111_progress import (
    ServerProgress,
    Stage,
    read_server_progress,
    read_task_progress,
)

LABEL = "A1111 on box"
LOG = "Its own log tells more."

SENTENCES = {
    "forge/cmd_flags": "A1111 on box failed at the job: 1 validation errors: {'type': 'string_type', 'loc': "
    "('response', 'port'), 'msg': 'Input should be a valid string', 'input': 17870, 'url': "
    "'https://errors.pydantic.dev/2.8/v/string_type'}. Its own log tells more.",
    "forge/error_field_type": "A1111 on box rejected the job: steps: Input should be a valid integer, "
    f"unable to parse string as an integer. {LOG}",
    "forge/error_script": "A1111 on box lacks an extension that this job needs. Install it there, or do "
    "without. It said: “Script 'nope' not found”",
    "forge/error_zero_steps": "A1111 on box cannot work with these values. Use at least one step. "
    "It said: “integer division or modulo by zero”",
    "forge/error_zero_width": "The picture's size is too small for A1111 on box. Use a width and height of "
    "at least 64. It said: “Calculated padded input size per channel: (10 x 2). Kernel size: (3 x 3). "
    "Kernel size can't be greater than actual input size”",
    "forge/extras_unknown_upscaler": "A1111 on box does not have this upscaler. Choose one from its list. "
    "It said: “could not find upscaler named nope”",
    "forge/img2img_bad_base64": "A1111 on box cannot read the picture. Save it as PNG or JPEG and choose it "
    "again. It said: “Invalid encoded image”",
    "forge/img2img_no_init": "A1111 on box got no picture to start from. Choose a picture. "
    "It said: “Init image not found”",
    "reforge/error_zero_steps": "A1111 on box cannot work with these values. Use at least one step. "
    "It said: “integer division or modulo by zero”",
    "reforge/txt2img_model_not_loading": "A1111 on box cannot load a model: it is of another kind than the "
    "server took it for. Choose another checkpoint or VAE. It said: “Error(s) in loading state_dict for "
    "AutoencoderKL: size mismatch for encoder.down.1.downsample.conv.weight: copying a param with shape "
    "torch.Size([128, 128, 3, 3]) from checkpoint, the shape in current model is torch.Size([256, 256, 3, 3]"
    "). size mismatch for encoder.down.1.downsample.conv.bias: copy…”",
    "sdnext/auth_missing_401": "A1111 on box wants a user name and password. Set username and password in "
    "its settings; it runs with --api-auth, or SD.Next with --auth.",
    "sdnext/auth_wrong_401": "A1111 on box does not accept the user name and password. "
    "Correct them in the settings.",
    "sdnext/rate_limit_429": "A1111 on box was asked too often. Wait a minute, and try again. "
    "It said: “127.0.0.1:/sdapi/v1/progress: rate limit exceeded”",
    "sdnext/error_field_type": "A1111 on box rejected the job: steps: Input should be a valid integer, "
    f"unable to parse string as an integer. {LOG}",
    "sdnext/error_script": "A1111 on box lacks an extension that this job needs. Install it there, or do "
    "without. It said: “Always on script not found: nope”",
    "sdnext/extras_upscale": "This version of A1111 on box cannot enlarge pictures for others. Enlarge the "
    "picture on its own page, or update it. It said: “1 validation error for ResProcessImage html_info Input "
    "should be a valid string [type=string_type, input_value=None, input_type=NoneType] For further "
    "information visit https://errors.pydantic.dev/2.13/v/string_type”",
    "sdnext/img2img_bad_base64": "A1111 on box cannot read the picture. Save it as PNG or JPEG and choose it "
    "again. It said: “Invalid encoded image”",
    "sdnext/img2img_no_init": "A1111 on box got no picture to start from. Choose a picture. "
    "It said: “Init image is none”",
    "sdnext/txt2img_unknown_sampler": "A1111 on box does not have this sampler. Choose one from its list. "
    "It said: “Sampler not found”",
}


def test_every_recorded_refusal_has_its_sentence() -> None:
    recorded = {
        f"{path.parent.name}/{path.stem}"
        for folder in ("forge", "reforge", "sdnext")
        for path in (FOLDER / folder).glob("*.json")
        if exchange(f"{folder}/{path.stem}")[1]["status"] >= 400
    }
    assert recorded == set(SENTENCES)


@pytest.mark.parametrize("path", SENTENCES)
def test_each_refusal_of_a_dialect_is_a_sentence(path: str) -> None:
    request, response = exchange(path)
    error = error_said(LABEL, response["status"], body_of(response), request["path"], is_job=True)
    assert error.sentence == SENTENCES[path]


@pytest.mark.parametrize(
    ("folder", "family"), [("forge", Family.FORGE), ("reforge", Family.A1111), ("sdnext", Family.SDNEXT)]
)
def test_a_dialect_is_known_by_its_paths(folder: str, family: Family) -> None:
    dialect = classify(frozenset(answer(f"{folder}/openapi_paths")["paths"]))
    assert dialect.family is family
    assert dialect.is_whole
    assert not {"loras", "upscaler", "checkpoint"} & capabilities(dialect, Options()).missing.keys()


def test_sdnext_without_its_git_has_no_version_rather_than_an_unknown_one() -> None:
    paths = frozenset(answer("sdnext/openapi_paths")["paths"])
    assert classify(paths, version=answer("sdnext/version")).version == ""


def test_an_option_never_saved_stays_overridden_on_forge_and_reforge_and_only_reforge_tells_it() -> None:
    for folder in ("forge", "reforge"):
        after = read_options(answer(f"{folder}/options_after_preview_override"))
        assert after is not None
        assert after.preview_interval == 3
    reforge, forge = (read_options(answer(f"{folder}/options")) for folder in ("reforge", "forge"))
    assert reforge is not None
    assert forge is not None
    assert preview_override(reforge) == {}
    assert forge.is_interval_saved  # it was not: Forge words every number like a saved one


def test_a_server_that_has_loaded_nothing_yet_tells_no_checkpoint() -> None:
    options = read_options(answer("reforge/options"))
    assert options is not None
    assert options.checkpoint == ""


@pytest.mark.parametrize(
    ("path", "sampler", "checkpoint"),
    [
        ("forge/txt2img", "Euler a", "tiny_sd15"),
        ("forge/txt2img_unknown_sampler", "DPM++ 2M", "tiny_sd15"),
        ("reforge/txt2img_checkpoint_override", "Euler a", "tiny_sd15_b"),
        ("sdnext/txt2img", "Euler a", "tiny-sd15"),
        ("sdnext/txt2img_checkpoint_override", "Euler a", "tiny-sd15-b"),
    ],
)
def test_what_a_dialect_made_is_read_from_its_info(path: str, sampler: str, checkpoint: str) -> None:
    decoded = msgspec.convert(answer(path), GenerationAnswer)
    info = read_info(decoded.info)
    (picture,) = read_pictures(decoded, info)
    assert (picture.seed, info.sampler, info.checkpoint) == (42, sampler, checkpoint)


def test_a_checkpoint_that_sdnext_passed_over_is_told() -> None:
    checkpoints = read_checkpoints(answer("sdnext/sd_models"))
    info = read_info(answer("sdnext/txt2img_unknown_checkpoint")["info"])
    asked = GenerationRequest(checkpoint="Diffusers/tiny-sd15-b")
    assert replacements(asked, info, Known(checkpoints=checkpoints)) == (
        "The server used the checkpoint “tiny-sd15” in place of “Diffusers/tiny-sd15-b”.",
    )
    info = read_info(answer("sdnext/txt2img_checkpoint_override")["info"])
    assert replacements(asked, info, Known(checkpoints=checkpoints)) == ()


@pytest.mark.parametrize(("path", "told"), [("txt2img_control", False), ("txt2img_control_failed", True)])
def test_forge_names_controlnet_also_when_it_failed_and_only_the_map_tells(path: str, told: bool) -> None:
    outcome = decoded(msgspec.convert(answer(f"forge/{path}"), GenerationAnswer))
    assert len(outcome.pictures) == 1
    assert outcome.info.has_control
    unit = ControlUnit(image=PictureInput("/p.png"), model="tiny_canny")
    notes = replacements(GenerationRequest(control=(unit,)), outcome.info, Known(appends_control=True))
    assert any("ControlNet failed" in note for note in notes) is told


def test_the_prompt_cannot_name_the_model() -> None:
    text = "a fox, Model: lies\nSteps: 8, Model: true"
    assert read_info({"infotexts": [text], "all_seeds": [1]}).checkpoint == "true"


def test_sdnext_without_a_model_answers_with_nothing() -> None:
    decoded = msgspec.convert(answer("sdnext/txt2img_no_model_loaded"), GenerationAnswer)
    assert read_pictures(decoded, read_info(decoded.info)) == ()
    assert answer("sdnext/checkpoint_none_loaded")["class"] is None


def test_sdnexts_lists_are_read() -> None:
    assert [lora.name for lora in read_loras(answer("sdnext/loras"))] == ["tiny_lora"]
    assert read_embeddings(answer("sdnext/embeddings")) == ()
    (first, _) = read_checkpoints(answer("sdnext/sd_models"))
    assert first.is_called("Diffusers/tiny-sd15")


def looks(path: str) -> list[ServerProgress]:
    return [read_server_progress(body) for body in answers(path, "progress")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("sdnext/txt2img_with_progress", "txt2img"),
        ("sdnext/img2img_with_progress", "img2img"),
        ("sdnext/interrupt_midway", "txt2img"),
    ],
)
def test_a_job_of_sdnext_is_ours_from_its_sampling_on_though_its_parts_have_names_and_ids(
    path: str, kind: str
) -> None:
    ownership = Ownership(Expectation(kind, frozenset({24})), ServerProgress(run="1"))
    seen = [(look, ownership.look(look)) for look in looks(path)]
    sampling = [(look, owner) for look, owner in seen if look.job == "Inference"]
    assert sampling
    assert {owner for _, owner in sampling} == {Owner.OURS}
    assert {look.total for look, _ in sampling} == {24}
    assert all(look.total == 0 for look, _ in seen if look.job != "Inference")


def part(name: str, run: str, step: int = 0, steps: int = 0) -> ServerProgress:
    state = {"job": name, "job_count": 1, "sampling_step": step, "sampling_steps": steps}
    return read_server_progress({"id": run, "state": state})


def test_the_next_sampling_that_sdnext_begins_is_another_job() -> None:
    ownership = Ownership(Expectation("txt2img", frozenset({24})), ServerProgress(run="1"))
    assert ownership.look(part("API-TXT", "a")) is Owner.UNDECIDED
    assert ownership.look(part("Inference", "b", 3, 24)) is Owner.OURS
    assert ownership.look(part("VAE Decode", "c")) is Owner.OURS
    assert ownership.look(part("Inference", "d", 1, 24)) is Owner.UNKNOWABLE


@pytest.mark.parametrize(
    ("steps", "owner"),
    [(24, Owner.OURS), (25, Owner.OURS), (47, Owner.OURS), (12, Owner.UNKNOWABLE), (30, Owner.UNKNOWABLE)],
)
def test_sdnext_counts_the_steps_of_its_sampler(steps: int, owner: Owner) -> None:
    ownership = Ownership(Expectation("txt2img", frozenset({24})), ServerProgress(run="1"))
    assert ownership.look(part("Inference", "b", 3, steps)) is owner


@pytest.mark.parametrize("folder", ["forge", "reforge"])
def test_an_interrupted_run_of_forge_and_reforge_stays_one_run(folder: str) -> None:
    busy = [look for look in looks(f"{folder}/interrupt_midway") if look.is_busy and look.total]
    assert len({look.run for look in busy}) == 1
    assert [look.done for look in busy] == sorted(look.done for look in busy)
    assert busy[-1].is_interrupted
    assert looks(f"{folder}/interrupt_midway")[-1].is_interrupted


def test_forge_tells_tasks_apart() -> None:
    tasks = [read_task_progress(body) for body in answers("forge/internal_progress_two_tasks", "task")]
    assert (tasks[0].stage, tasks[1].stage) == (Stage.ACTIVE, Stage.QUEUED)
    assert tasks[1].position == 1  # a task that failed before it began counts as waiting for ever
    assert tasks[-2].stage is Stage.COMPLETED
    assert tasks[-1].stage is Stage.UNKNOWN
