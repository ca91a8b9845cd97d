"""Files dropped onto the studio: terminals paste their paths, plain, quoted, escaped or as an address."""

import json
import shlex
from pathlib import Path
from urllib.parse import quote

import pytest
from textual import events

from tests.support.engine_canvas import txt2img_canvas
from tests.support.studio import Studio, picture_file
from tests.ui.test_engine_studio import engine_studio
from tui.domain.request import PictureInput
from tui.ui.dropped import LONGEST, dropped_file, first_path, may_be_path
from tui.ui.widgets.fields.picture import PictureRow

WAYS = {
    "plain": str,
    "with a space behind": lambda path: f"{path} ",
    "escaped": lambda path: shlex.quote(str(path)).strip("'").replace(" ", "\\ "),
    "in single quotes": lambda path: f"'{path}'",
    "in double quotes": lambda path: f'"{path}"',
    "as an address": lambda path: "file://" + quote(str(path)),
    "as an address of this host": lambda path: "file://localhost" + quote(str(path)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_known_however_its_path_is_written(tmp_path: Path, way: str) -> None:
    path = picture_file(tmp_path / "a red fox & co.png")
    text = WAYS[way](path)
    assert may_be_path(text)
    assert dropped_file(text) == path


def test_a_name_with_quotes_in_it_is_known(tmp_path: Path) -> None:
    path = picture_file(tmp_path / "it's.png")
    assert [dropped_file(text) for text in (str(path), shlex.quote(str(path)))] == [path, path]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a red fox",
        "fox.png",
        "/a red fox in the snow",
        "/tmp/fox.png\n/tmp/owl.png",
        "https://example.org/fox.png",
        "/" + "x" * LONGEST + ".png",
        "a fox like /tmp/fox.png",
    ],
)
def test_texts_are_no_files(text: str) -> None:
    assert not may_be_path(text)
    assert dropped_file(text) is None


@pytest.mark.parametrize(
    "text", ["/nowhere/fox.png", "'/nowhere/fox.png", "file://other-host/fox.png", "/\0.png"]
)
def test_what_is_not_there_is_no_file(text: str) -> None:
    assert dropped_file(text) is None


def test_who_asked_for_a_path_gets_one_even_where_there_is_no_file() -> None:
    assert first_path(" '/nowhere/a fox.png'\n/other.png") == "/nowhere/a fox.png"
    assert first_path("\n") == ""


def drop(studio: Studio, text: object) -> None:
    """What a terminal does with a dropped file."""
    studio.app.post_message(events.Paste(str(text)))


@pytest.fixture
def canvas(tmp_path: Path) -> Path:
    path = tmp_path / "my canvas.json"
    path.write_text(json.dumps(txt2img_canvas()))
    return path


async def test_a_workflow_dropped_while_writing_opens_and_can_be_taken_back(canvas: Path) -> None:
    async with engine_studio() as studio:
        studio.prompt.text = "a castle"
        studio.prompt.focus()
        await studio.until(lambda: studio.session.draft.values.get("prompt") == "a castle")
        drop(studio, f"'{canvas}'")
        await studio.until(lambda: studio.prompt.text == "a red fox")
        assert studio.session.draft.workflow == str(canvas)
        await studio.until_text("Opened the workflow in my canvas.json")

        await studio.press("alt+z")
        await studio.until(lambda: studio.prompt.text == "a castle")
        assert studio.session.draft.workflow == "txt2img_default"

        drop(studio, f"'{canvas}'")  # once more: it is meant as text
        await studio.until(lambda: "my canvas" in studio.prompt.text)
        assert studio.session.draft.workflow == "txt2img_default"


async def test_a_plain_picture_goes_into_the_picture_field(tmp_path: Path) -> None:
    fox = picture_file(tmp_path / "fox.png")
    async with engine_studio() as studio:
        drop(studio, fox)
        await studio.until_text("carries no workflow, and this one takes no such file")
        assert studio.prompt.text == ""

        await studio.app.choose("workflow", "img2img_default")
        await studio.until(lambda: studio.form.row("init_image") is not None)
        studio.prompt.focus()
        drop(studio, f"file://{fox}")
        await studio.until(lambda: studio.session.draft.values.get("init_image") == PictureInput(str(fox)))
        assert studio.prompt.text == ""
        await studio.press("alt+z")
        await studio.until(lambda: studio.session.draft.values.get("init_image") is None)


async def test_a_second_picture_goes_to_the_field_that_is_empty(tmp_path: Path) -> None:
    fox, mask = picture_file(tmp_path / "fox.png"), picture_file(tmp_path / "mask.png", "white")
    async with engine_studio() as studio:
        await studio.app.choose("workflow", "inpaint_masked")
        await studio.until(lambda: studio.form.row("mask") is not None)
        for path in (fox, mask):
            drop(studio, path)
            given = PictureInput(str(path))
            await studio.until(lambda given=given: given in studio.session.draft.values.values())
        values = studio.session.draft.values
        assert (values["init_image"], values["mask"]) == (PictureInput(str(fox)), PictureInput(str(mask)))


async def test_a_picture_with_a_workflow_dropped_on_a_picture_field_is_a_picture(tmp_path: Path) -> None:
    fox = picture_file(tmp_path / "fox.png")
    async with engine_studio() as studio:
        await studio.app.choose("workflow", "inpaint_masked")
        await studio.until(lambda: studio.form.row("mask") is not None)
        row = await studio.focus("mask")
        assert isinstance(row, PictureRow)
        drop(studio, fox)
        await studio.until(lambda: studio.session.draft.values.get("mask") == PictureInput(str(fox)))


@pytest.mark.parametrize("text", ["/nowhere/fox.png", "two words", "{'fox': 3}"])
async def test_what_names_no_file_stays_text(text: str) -> None:
    async with engine_studio() as studio:
        studio.prompt.focus()
        drop(studio, text)
        await studio.until(lambda: studio.prompt.text == text)


async def test_a_file_that_is_no_workflow_stays_text(tmp_path: Path) -> None:
    other = tmp_path / "package.json"
    other.write_text('{"name": "fox"}')
    async with engine_studio() as studio:
        studio.prompt.focus()
        drop(studio, other)
        await studio.until(lambda: studio.prompt.text == str(other))


async def test_a_workflow_from_the_clipboard_opens_and_can_be_taken_back(canvas: Path) -> None:
    async with engine_studio() as studio:
        studio.prompt.focus()
        drop(studio, canvas.read_text())
        await studio.until(lambda: studio.prompt.text == "a red fox")
        await studio.press("alt+z")
        await studio.until(lambda: studio.prompt.text == "")
        assert studio.session.draft.workflow == "txt2img_default"


@pytest.mark.parametrize("text", ['{"nodes": }', '{"nodes": "none", "a": 1}', '{"a": {"class_type": 3}}'])
async def test_what_only_looks_like_a_workflow_stays_text(text: str) -> None:
    async with engine_studio() as studio:
        studio.prompt.focus()
        drop(studio, text)
        await studio.until(lambda: studio.prompt.text == text)


async def test_a_workflow_that_cannot_be_opened_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    endless = {"id": "S", "nodes": [{"id": 2, "type": "S"}], "links": [], "inputs": [], "outputs": []}
    nodes = [{"id": 1, "type": "S"}]
    broken.write_text(json.dumps({"nodes": nodes, "links": [], "definitions": {"subgraphs": [endless]}}))
    async with engine_studio() as studio:
        studio.prompt.text = "a castle"
        await studio.until(lambda: studio.session.draft.values.get("prompt") == "a castle")
        before = studio.session.draft
        drop(studio, broken)
        await studio.until_text("contains itself")
        assert studio.session.draft == before
        await studio.press("alt+z")
        await studio.until_text("There is nothing to take back")
        assert studio.session.draft == before
