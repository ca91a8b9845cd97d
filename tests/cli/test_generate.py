"""`latentui generate` makes, saves, tells, and ends with the right code."""

import signal
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.cli.conftest import Ended, Latentui
from tests.support.engine_process import EngineProcess, engine_process

SMALL = ("--size", "128x96", "--steps", "3")
At = tuple[str, ...]


def picture(path: Path, size: tuple[int, int] = (128, 96)) -> str:
    """A picture that no painter would paint."""
    image = Image.effect_noise(size, 90).convert("RGB")
    image.save(path)
    return str(path)


def mask(path: Path, size: tuple[int, int] = (128, 96)) -> str:
    """White in the middle."""
    image = Image.new("L", size)
    ImageDraw.Draw(image).rectangle((40, 30, 90, 70), fill=255)
    image.save(path)
    return str(path)


def opened(path: str | Path) -> Image.Image:
    """The picture in a file, closed again."""
    with Image.open(path) as image:
        return image.convert("RGB")


def only_path(ended: Ended) -> Path:
    """The one file that was saved."""
    assert ended.code == 0, ended.err
    (event,) = ended.named("output")
    return Path(event["path"])


async def test_a_prompt_becomes_one_file_and_events_in_order(latentui: Latentui, at: At) -> None:
    ended = await latentui("generate", "a red fox", *at, *SMALL, "--seed", "7", "--json", "-o", "out/")
    path = only_path(ended)
    assert path.parent.resolve() == latentui.folder / "out"
    assert opened(path).size == (128, 96)
    names = [event["event"] for event in ended.events]
    assert names[0] == "queued"
    assert names[-2:] == ["output", "completed"]
    assert {"started", "progress", "preview"} <= set(names)
    steps = [event["step"] for event in ended.named("progress") if event["total"]]
    assert steps == sorted(steps)
    assert steps[-1] == 3
    assert {event["job"] for event in ended.events} == {ended.events[0]["job"]}
    assert ended.named("output")[0]["seed"] == 7


async def test_the_same_request_makes_the_same_bits(latentui: Latentui, tmp_path: Path) -> None:
    paths: list[Path] = []
    for number in ("1", "2"):
        async with engine_process(tmp_path / f"engine{number}", step_delay=0.0) as engine:
            where = ("--kind", "comfyui", "--url", engine.url)
            paths.append(
                only_path(
                    await latentui(
                        "generate", "a red fox", *where, *SMALL, "--seed", "7", "--json", "-o", "out/"
                    )
                )
            )
    assert paths[0] != paths[1]
    assert paths[0].read_bytes() == paths[1].read_bytes()


async def test_without_json_only_the_path_is_on_stdout(latentui: Latentui, at: At) -> None:
    ended = await latentui("generate", "a red fox", *at, *SMALL, "-o", "fox.png")
    assert (ended.code, ended.out) == (0, f"{latentui.folder / 'fox.png'}\n")
    assert "done" in ended.err


async def test_inpainting_leaves_every_pixel_outside_the_mask(
    latentui: Latentui, at: At, tmp_path: Path
) -> None:
    source, hole = picture(tmp_path / "source.png"), mask(tmp_path / "mask.png")
    ended = await latentui(
        "generate", "a door", *at, "--steps", "3", "--image", source, "--mask", hole, "--json", "-o", "out/"
    )
    before, after = opened(source), opened(only_path(ended))
    outside = ImageChops.invert(opened(hole).convert("L"))
    difference = ImageChops.difference(before, after)
    black = Image.new("RGB", before.size)
    assert Image.composite(difference, black, outside).getbbox() is None
    assert Image.composite(black, difference, outside).getbbox() is not None


async def test_denoise_0_returns_the_picture(latentui: Latentui, at: At, tmp_path: Path) -> None:
    source = picture(tmp_path / "source.png")
    ended = await latentui(
        "generate", "x", *at, "--steps", "3", "--image", source, "--denoise", "0", "--json", "-o", "out/"
    )
    made = opened(only_path(ended))
    assert ImageChops.difference(made, opened(source)).getbbox() is None


async def test_a_control_picture_and_an_upscale_run(latentui: Latentui, at: At, tmp_path: Path) -> None:
    source = picture(tmp_path / "source.png")
    ended = await latentui("generate", "x", *at, *SMALL, "--control", source, "--json", "-o", "out/")
    assert opened(only_path(ended)).size == (128, 96)
    ended = await latentui(
        "generate", *at, "--workflow", "upscale_model", "--image", source, "--json", "-o", "out/"
    )
    assert opened(only_path(ended)).size == (256, 192)


async def test_two_loras_and_a_batch_are_made(latentui: Latentui, at: At) -> None:
    lora = "procedural-ink.safetensors"
    ended = await latentui(
        "generate", "x", *at, *SMALL, "--lora", f"{lora}:0.5", "--lora", lora, "--batch-size", "2", "--json"
    )  # fmt: skip
    assert ended.code == 0
    assert len(ended.named("output")) == 2


async def test_an_existing_file_is_never_overwritten(latentui: Latentui, at: At) -> None:
    (latentui.folder / "fox.png").write_bytes(b"mine")
    ended = await latentui("generate", "a fox", *at, *SMALL, "--json", "-o", "fox.png")
    assert (latentui.folder / "fox.png").read_bytes() == b"mine"
    assert only_path(ended).name != "fox.png"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["", "--steps", "3"], "The prompt is empty"),
        (["x", "--size", "130x96"], "not a multiple of 8"),
        (["x", "--steps", "0"], "out of range"),
        (["x", "--sampler", "eulr"], "Did you mean “euler”"),
        (["x", "--checkpoint", "nope"], "is not on the server"),
        (["x", "--image", "none.png"], "There is no file"),
        (["x", "--image", "text.png"], "is not a picture"),
        (["x", "--image", "cut.png"], "cut.png"),
        (["x", "--image", "bomb.png"], "bomb.png"),
        (["x", "--image", "good.png", "--mask", "strip.png"], "mask"),
        (["x", "--workflow", "nope"], "There is no workflow"),
        (["x", "--workflow", "missing.json"], "NoSuchNode"),
        (["x", "--set", "colour=red"], "has no field"),
    ],
)
async def test_bad_input_is_told_and_ends_with_2(
    latentui: Latentui, at: At, words: list[str], said: str
) -> None:
    folder = latentui.folder
    (folder / "text.png").write_text("hello")
    picture(folder / "good.png")
    (folder / "cut.png").write_bytes((folder / "good.png").read_bytes()[:600])
    header = bytearray((folder / "good.png").read_bytes()[:64])
    header[16:24] = (100_000).to_bytes(4, "big") * 2
    (folder / "bomb.png").write_bytes(header)
    mask(folder / "strip.png", (4000, 100))
    (folder / "missing.json").write_text('{"1": {"class_type": "NoSuchNode", "inputs": {}}}')
    ended = await latentui("generate", *words, *at, "-o", "out/")
    assert ended.code == 2, ended
    assert said in ended.err
    assert ended.out == ""
    assert not (folder / "out").exists()


async def test_a_mask_of_another_size_is_fitted_and_said(latentui: Latentui, at: At, tmp_path: Path) -> None:
    source, hole = picture(tmp_path / "source.png"), mask(tmp_path / "mask.png", (256, 192))
    ended = await latentui(
        "generate", "x", *at, "--steps", "2", "--image", source, "--mask", hole, "--json", "-o", "out/"
    )
    assert only_path(ended).exists()
    assert "resized" in ended.named("note")[0]["message"]


async def test_a_dead_server_ends_with_3(latentui: Latentui, engine: EngineProcess, at: At) -> None:
    await engine.kill()
    ended = await latentui("generate", "x", *at)
    assert ended.code == 3
    assert "refused the connection" in ended.err


async def test_ctrl_c_cancels_the_job_on_the_server(latentui: Latentui, tmp_path: Path) -> None:
    async with engine_process(tmp_path / "slow", step_delay=0.2) as engine:
        words = ("generate", "x", "--kind", "comfyui", "--url", engine.url, "--json", "-o", "out/")
        process = await latentui.start(*words)
        assert process.stdout
        seen = b""
        while b'"progress"' not in seen:
            line = await process.stdout.readline()
            assert line
            seen += line
        process.send_signal(signal.SIGINT)
        ended = await latentui.end_of(process)
        assert ended.code == 130
        assert ended.events[-1]["event"] == "cancelled"
        assert not (latentui.folder / "out").exists()
        log = (tmp_path / "slow" / "engine.log.jsonl").read_text()
        assert "interrupted" in log
