"""`latentui form`, `convert` and `generate --workflow` with files, names and pipes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Latentui
from tests.support.engine_canvas import txt2img_canvas
from tests.support.node_definitions import object_info

At = tuple[str, ...]


@pytest.fixture
def canvas_file(latentui: Latentui) -> str:
    path = latentui.folder / "canvas.json"
    path.write_text(json.dumps(txt2img_canvas()))
    return str(path)


@pytest.fixture
def declared(latentui: Latentui) -> str:
    """What a server with the engine's checkpoint declares, in a file."""
    info = object_info()
    path = latentui.folder / "object_info.json"
    path.write_text(json.dumps(info))
    return str(path)


async def test_convert_prints_the_graph_without_any_server(
    latentui: Latentui, canvas_file: str, declared: str
) -> None:
    ended = await latentui("convert", canvas_file, "--object-info", declared)
    assert ended.code == 0, ended.err
    graph: Any = json.loads(ended.out)
    assert graph["3"]["inputs"]["steps"] == 4
    assert graph["3"]["inputs"]["positive"] == ["6", 0]
    assert "11" not in graph  # the primitive's value stands in the sampler


async def test_convert_asks_a_server_by_its_address_alone(
    latentui: Latentui, canvas_file: str, at: At
) -> None:
    ended = await latentui("convert", canvas_file, "--url", at[-1])
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["9"]["class_type"] == "SaveImage"


async def test_form_lists_the_fields_to_people_and_programs(
    latentui: Latentui, canvas_file: str, declared: str
) -> None:
    ended = await latentui("form", canvas_file, "--object-info", declared)
    assert ended.code == 0, ended.err
    assert "steps" in ended.out
    assert "= “a red fox”" in ended.out
    assert "more with --all" in ended.out
    assert "is not on this server" in ended.err  # the checkpoint of the engine
    tree = json.loads((await latentui("form", canvas_file, "--object-info", declared, "--json")).out)
    fields = {field["name"]: field for field in tree["fields"]}
    assert (fields["steps"]["kind"], fields["steps"]["default"]) == ("integer", 4)
    assert [model["field"] for model in tree["needs"]["missing_models"]] == ["Checkpoint"]


async def test_generate_takes_a_file_and_fields_by_every_name(
    latentui: Latentui, canvas_file: str, at: At
) -> None:
    named = ("--set", "How many steps=2", "--set", "3.cfg=5", "--set", "what is seen.text=an owl")
    ended = await latentui("generate", "--workflow", canvas_file, *at, *named, "--set", "Seed=4", "--json")
    assert ended.code == 0, ended.err
    [path] = [event["path"] for event in ended.named("output")]
    form = json.loads((await latentui("form", path, *at, "--json")).out)
    values = {field["name"]: field.get("default") for field in form["fields"]}
    assert (values["prompt"], values["steps"], values["cfg_scale"], values["seed"]) == ("an owl", 2, 5.0, 4)


async def test_a_workflow_may_come_through_a_pipe(latentui: Latentui, at: At) -> None:
    text = json.dumps(txt2img_canvas())
    ended = await latentui.piped(
        text, "generate", "--workflow", "-", *at, "--set", "steps=2", "-o", "out.png"
    )
    assert ended.code == 0, ended.err
    assert (latentui.folder / "out.png").stat().st_size > 100


@pytest.mark.parametrize("content", ["", "no json", "{}", '{"nodes": []}x', "[" * 5000])
async def test_what_is_no_workflow_ends_with_2_and_a_sentence(
    latentui: Latentui, declared: str, content: str
) -> None:
    ended = await latentui.piped(content, "form", "-", "--object-info", declared)
    assert ended.code == 2, ended.err
    assert ended.err.startswith("latentui: ")


async def test_object_info_that_is_none_is_said(latentui: Latentui, canvas_file: str) -> None:
    for content in ("{}", "[]", "nonsense", '{"a": 1}'):
        (latentui.folder / "info.json").write_text(content)
        ended = await latentui("convert", canvas_file, "--object-info", str(latentui.folder / "info.json"))
        assert ended.code == 2, ended.err
    ended = await latentui("convert", canvas_file, "--object-info", str(Path("nowhere.json")))
    assert ended.code == 2
