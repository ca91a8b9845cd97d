"""What the painter promises: repeatable, true to masks, to the input, to the control picture."""

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, images, listening
from tui.demo.server import EmbeddedEngine


async def files(client: Listener, graph: dict[str, Any], **fields: Any) -> list[bytes]:
    """The bytes of every picture that a graph saves."""
    entry = await client.run(graph, **fields)
    assert entry["status"]["completed"], entry["status"]
    return [await client.picture(image) for image in images(entry)]


async def picture(client: Listener, graph: dict[str, Any]) -> Image.Image:
    """The last picture that a graph saves."""
    return Image.open(BytesIO((await files(client, graph))[-1])).convert("RGB")


def difference(one: Image.Image, other: Image.Image, mask: Image.Image | None = None) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other), mask).mean)


async def test_the_same_graph_gives_the_same_file_to_the_bit(engine: EmbeddedEngine) -> None:
    saved: list[list[bytes]] = []
    for _ in range(2):
        async with listening(engine.url) as client:
            await client.post("/free", {"free_memory": True})
            saved.append(await files(client, recordings.graph("txt2img")))

    assert saved[0] == saved[1]


@pytest.mark.parametrize(
    ("node", "name", "value"),
    [
        ("3", "seed", 8),
        ("3", "steps", 9),
        ("3", "cfg", 3.5),
        ("3", "sampler_name", "dpmpp_2m"),
        ("6", "text", "a castle at night"),
        ("7", "text", "cat"),
    ],
)
async def test_each_setting_changes_the_picture(client: Listener, node: str, name: str, value: Any) -> None:
    first = await picture(client, recordings.graph("txt2img"))
    other = recordings.graph("txt2img")
    other[node]["inputs"][name] = value

    assert difference(first, await picture(client, other)) > 0


async def test_a_batch_is_counted_and_no_two_pictures_are_alike(client: Listener) -> None:
    graph = recordings.graph("txt2img")
    graph["5"]["inputs"] |= {"batch_size": 3, "width": 200, "height": 120}
    entry = await client.run(graph)
    names = [image["filename"] for image in images(entry)]
    found = [Image.open(BytesIO(await client.picture(image))) for image in images(entry)]

    assert names == [f"txt2img_0000{number}_.png" for number in (1, 2, 3)]
    assert {image.size for image in found} == {(200, 120)}
    assert len({image.tobytes() for image in found}) == 3


async def test_the_file_carries_the_graph_as_the_real_one_does(client: Listener) -> None:
    graph = recordings.graph("txt2img")
    workflow = {"nodes": [], "name": "a cañvas"}
    (data,) = await files(client, graph, extra_data={"extra_pnginfo": {"workflow": workflow, "more": 1}})
    with Image.open(BytesIO(data)) as saved:
        texts = {key: value for key, value in saved.info.items() if isinstance(value, str)}

    assert json.loads(texts["prompt"]) == graph
    assert json.loads(texts["workflow"]) == workflow
    assert texts["more"] == "1"
    assert data.index(b"tEXtprompt") < data.index(b"tEXtworkflow") < data.index(b"IDAT")
    assert b"iTXt" not in data


async def test_denoise_0_returns_the_input_to_the_bit(client: Listener, engine: EmbeddedEngine) -> None:
    graph = recordings.graph("img2img")
    graph["3"]["inputs"]["denoise"] = 0.0
    with Image.open(engine.folder / "input" / "example.png") as example:
        assert (await picture(client, graph)).tobytes() == example.convert("RGB").tobytes()
    assert client.frames() == []


async def test_denoise_1_does_not_look_at_the_input(client: Listener) -> None:
    results: list[Image.Image] = []
    for name in ("example.png", "mask.png"):
        graph = recordings.graph("img2img")
        graph["3"]["inputs"]["denoise"] = 1.0
        graph["10"]["inputs"]["image"] = name
        results.append(await picture(client, graph))

    assert results[0].tobytes() == results[1].tobytes()


async def test_more_denoise_keeps_less_of_the_input(client: Listener, engine: EmbeddedEngine) -> None:
    with Image.open(engine.folder / "input" / "example.png") as example:
        distances: list[float] = []
        for denoise in (0.05, 0.4, 0.95):
            graph = recordings.graph("img2img")
            graph["3"]["inputs"]["denoise"] = denoise
            distances.append(difference(example, await picture(client, graph)))

    assert 0 < distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("name", ["inpaint", "inpaint_alpha", "inpaint_model"])
async def test_outside_the_mask_nothing_changes_and_inside_it_is_repainted(
    client: Listener, engine: EmbeddedEngine, name: str
) -> None:
    graph = recordings.graph(name)
    mask: list[Any] = ["10", 1] if name == "inpaint_alpha" else ["12", 0]
    graph["20"] = {
        "class_type": "ImageCompositeMasked",
        "inputs": {
            "destination": ["10", 0],
            "source": ["8", 0],
            "x": 0,
            "y": 0,
            "resize_source": False,
            "mask": mask,
        },
    }
    graph["9"]["inputs"]["images"] = ["20", 0]
    done = await picture(client, graph)
    disc = Image.new("L", (128, 128))
    ImageDraw.Draw(disc).ellipse((32, 32, 96, 96), fill=255)
    with Image.open(engine.folder / "input" / "example.png") as example:
        assert difference(done, example, ImageChops.invert(disc)) == 0
        assert difference(done, example, disc) > 5


async def test_edges_of_a_control_picture_are_found_in_the_result(client: Listener) -> None:
    graph = recordings.graph("controlnet_canny")
    graph["10"]["inputs"]["image"] = "mask.png"
    graph["16"]["inputs"]["strength"] = 1.0
    followed = await picture(client, graph)
    graph["16"]["inputs"]["strength"] = 0.0
    free = await picture(client, graph)
    ring = Image.new("L", (128, 128))
    ImageDraw.Draw(ring).ellipse((32, 32, 96, 96), outline=255, width=3)

    assert difference(followed, free, ring) > 1.5 * difference(followed, free, ImageChops.invert(ring))


async def test_a_lora_is_seen_and_at_strength_0_is_not(client: Listener) -> None:
    plain = recordings.graph("lora_embed")
    results: list[bytes] = []
    for strength in (0.0, 0.8):
        plain["18"]["inputs"] |= {"strength_model": strength, "strength_clip": strength}
        results.append((await picture(client, plain)).tobytes())

    assert results[0] != results[1]


async def test_a_subject_is_put_where_the_hole_is(client: Listener, engine: EmbeddedEngine) -> None:
    """The same hole with and without a subject differs inside it."""
    results: list[Image.Image] = []
    for prompt in ("an owl", "clouds"):
        graph = recordings.graph("inpaint")
        graph["6"]["inputs"]["text"] = prompt
        results.append(await picture(client, graph))
    disc = Image.new("L", (128, 128))
    ImageDraw.Draw(disc).ellipse((32, 32, 96, 96), fill=255)

    assert difference(results[0], results[1], disc) > 10


async def test_two_samplers_in_a_row_share_the_steps(client: Listener) -> None:
    graph = recordings.graph("txt2img")
    base = {key: value for key, value in graph["3"]["inputs"].items() if key not in ("seed", "denoise")}
    base |= {"noise_seed": 5, "steps": 8, "add_noise": "enable"}
    first = {**base, "start_at_step": 0, "end_at_step": 5, "return_with_leftover_noise": "enable"}
    second = {**base, "start_at_step": 5, "end_at_step": 10000, "return_with_leftover_noise": "disable"}
    graph["2"] = {"class_type": "KSamplerAdvanced", "inputs": first}
    graph["3"] = {"class_type": "KSamplerAdvanced", "inputs": {**second, "latent_image": ["2", 0]}}
    await picture(client, graph)

    counts = [(data["node"], data["value"], data["max"]) for data in client.messages("progress")]
    assert counts == [*(("2", step, 5) for step in range(1, 6)), *(("3", step, 3) for step in range(1, 4))]


async def test_a_picture_that_is_too_large_is_an_error_not_a_crash(client: Listener) -> None:
    graph = recordings.graph("txt2img")
    graph["5"]["inputs"] |= {"width": 16384, "height": 16384, "batch_size": 64}
    entry = await client.run(graph)

    assert entry["status"]["messages"][-1][1]["node_type"] == "EmptyLatentImage"
    assert (await client.run(recordings.graph("invert")))["status"]["completed"]


async def test_upscaling_by_a_model_doubles_the_size(client: Listener) -> None:
    assert (await picture(client, recordings.graph("upscale_model"))).size == (256, 256)


@pytest.mark.parametrize(
    ("prefix", "subfolder", "name"),
    [
        ("plain", "", "plain_00001_.png"),
        ("deep/er/x", "deep/er", "x_00001_.png"),
        ("%width%x%height%", "", "128x128_00001_.png"),
    ],
)
async def test_prefixes_make_folders_and_names(
    client: Listener, prefix: str, subfolder: str, name: str
) -> None:
    graph = recordings.graph("invert")
    graph["3"]["inputs"]["filename_prefix"] = prefix
    entry = await client.run(graph)

    assert images(entry) == [{"filename": name, "subfolder": subfolder, "type": "output"}]


@pytest.mark.parametrize("prefix", ["../outside", "/tmp/outside", "a/../../outside"])
async def test_no_prefix_leads_out_of_the_output_folder(client: Listener, prefix: str) -> None:
    graph = recordings.graph("invert")
    graph["3"]["inputs"]["filename_prefix"] = prefix
    entry = await client.run(graph)

    assert "outside the output folder" in entry["status"]["messages"][-1][1]["exception_message"]


@pytest.mark.parametrize("name", ["sub/up.png", "up.png [output]", "up.png [temp]"])
async def test_load_image_takes_folders_and_annotations(
    client: Listener, engine: EmbeddedEngine, name: str
) -> None:
    source = (engine.folder / "input" / "example.png").read_bytes()
    for folder in ("input/sub", "output", "temp"):
        (engine.folder / folder).mkdir(exist_ok=True)
        (engine.folder / folder / "up.png").write_bytes(source)
    graph = recordings.graph("invert")
    graph["1"]["inputs"]["image"] = name

    assert (await picture(client, graph)).size == (128, 128)
