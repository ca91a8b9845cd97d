"""The workflows place on the real services and the embedded engine."""

import json
import shutil
from pathlib import Path

import pytest
from textual import events

from tests.support.engine_canvas import txt2img_canvas
from tests.support.studio import Studio
from tests.ui.test_engine_studio import engine_studio
from tui.domain.job import JobStatus
from tui.ui.screens.arrange_sheet import ArrangeSheet, FieldList
from tui.ui.screens.line_sheet import LineSheet
from tui.ui.screens.studio import StudioScreen
from tui.ui.screens.workflows import WorkflowList, WorkflowsScreen


@pytest.fixture
def own_folder(own_home: Path) -> Path:
    """Where the person's workflows lie."""
    folder = own_home / "config" / "workflows"
    folder.mkdir(parents=True)
    return folder


def paste(studio: Studio, text: str) -> None:
    """What a terminal does with a dropped file or the clipboard."""
    studio.app.screen.post_message(events.Paste(text))


async def workflows_place(studio: Studio) -> WorkflowList:
    await studio.press("f5")
    await studio.until(lambda: isinstance(studio.app.screen, WorkflowsScreen))
    listing = studio.app.screen.query_one(WorkflowList)
    await studio.until(lambda: listing.items)
    return listing


async def in_studio(studio: Studio, workflow: str) -> None:
    await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
    await studio.until(lambda: studio.session.form and studio.session.draft.workflow == workflow)
    await studio.until(lambda: studio.form.form and studio.form.form == studio.session.form)
    await studio.until(lambda: not any(worker.group == "form" for worker in studio.app.workers))


async def made(studio: Studio, count: int) -> Path:
    """The picture of the job that was sent as the `count`-th."""
    await studio.press("ctrl+g")
    await studio.until(lambda: len(studio.app.jobs) == count, 30)
    await studio.until(lambda: studio.app.jobs[0].status is JobStatus.COMPLETED, 30)
    return Path(studio.app.jobs[0].outputs[0].path)


async def test_a_pictures_workflow_is_changed_run_and_opened_again(own_folder: Path, tmp_path: Path) -> None:
    canvas = tmp_path / "canvas.json"
    canvas.write_text(json.dumps(txt2img_canvas()))
    async with engine_studio() as studio:
        await workflows_place(studio)
        paste(studio, f"'{canvas}'")  # dropped on the terminal
        await in_studio(studio, str(canvas))
        await studio.until(lambda: studio.prompt.text == "a red fox")
        first = await made(studio, 1)

        await workflows_place(studio)
        paste(studio, str(first))
        await in_studio(studio, str(first))
        await studio.until(lambda: isinstance(studio.row("seed").value, int))
        seed = studio.row("seed").value  # the picture's own
        studio.prompt.text = "an owl at night"
        for name, value in (("steps", "6"), ("cfg_scale", "5.5")):
            await studio.focus(name)
            await studio.press("ctrl+u")
            await studio.type(value)
        second = await made(studio, 2)

        await workflows_place(studio)
        paste(studio, str(second))
        await in_studio(studio, str(second))
        await studio.until(lambda: studio.prompt.text == "an owl at night")
        await studio.until(
            lambda: [studio.row(name).value for name in ("steps", "cfg_scale", "seed")] == [6, 5.5, seed]
        )


async def test_lists_say_where_workflows_come_from_and_what_they_lack(own_folder: Path) -> None:
    (own_folder / "foxes.json").write_text(json.dumps(txt2img_canvas()))
    (own_folder / "gone.json").write_text(json.dumps(txt2img_canvas("gone.safetensors")))
    async with engine_studio() as studio:
        listing = await workflows_place(studio)
        await studio.until_text("yours")
        listing.cursor = [item.name for item in listing.items].index("foxes")
        await studio.until_text("This server has all that it needs.")
        listing.cursor = [item.name for item in listing.items].index("gone")
        await studio.until_text("“gone.safetensors” is not on")


async def test_a_copy_is_saved_under_a_name(own_folder: Path) -> None:
    async with engine_studio() as studio:
        listing = await workflows_place(studio)
        listing.focus()
        await studio.press("c")
        await studio.until(lambda: isinstance(studio.app.screen, LineSheet))
        await studio.press("ctrl+u")
        await studio.type("mine")
        await studio.press("enter")
        await studio.until(lambda: (own_folder / "mine.json").is_file())
        await studio.until(lambda: "mine" in [item.name for item in listing.items])


async def test_what_is_pasted_and_no_workflow_is_told_and_the_place_stays(own_folder: Path) -> None:
    async with engine_studio() as studio:
        await workflows_place(studio)
        paste(studio, '{"nodes": "none"}')
        await studio.until_text("is not a workflow")
        paste(studio, "/nowhere/at/all.json")
        await studio.until_text("There is no workflow")
        assert isinstance(studio.app.screen, WorkflowsScreen)


async def test_a_workflow_shows_the_picture_beside_it(own_folder: Path, tmp_path: Path) -> None:
    path = own_folder / "foxes.json"
    path.write_text(json.dumps(txt2img_canvas()))
    async with engine_studio() as studio:
        await workflows_place(studio)
        paste(studio, str(path))
        await in_studio(studio, str(path))
        picture = await made(studio, 1)
        shutil.copy(picture, own_folder / "foxes.png")
        listing = await workflows_place(studio)
        await studio.until(lambda: any(item.picture for item in listing.items))
        listing.cursor = [item.name for item in listing.items].index("foxes")
        side = studio.app.screen.query_one("#side")
        await studio.until(lambda: side.has_class("-has-thumbnail"))


async def test_fields_are_pinned_hidden_and_named_anew(own_folder: Path) -> None:
    path = own_folder / "foxes.json"
    path.write_text(json.dumps(txt2img_canvas()))
    async with engine_studio() as studio:
        listing = await workflows_place(studio)
        listing.cursor = [item.name for item in listing.items].index("foxes")
        listing.focus()
        await studio.press("a")
        await studio.until(lambda: isinstance(studio.app.screen, ArrangeSheet))
        fields = studio.app.screen.query_one(FieldList)
        await studio.until(lambda: fields.items)

        def at(name: str) -> None:
            fields.cursor = [field.name for field in fields.items].index(name)

        at("cfg_scale")
        await studio.press("space")
        await studio.until(lambda: fields.items[0].name == "cfg_scale")
        at("denoise")
        await studio.press("x")
        await studio.until(lambda: any(field.is_hidden for field in fields.items))
        at("steps")
        await studio.press("e")
        await studio.until(lambda: isinstance(studio.app.screen, LineSheet))
        await studio.press("ctrl+u")
        await studio.type("Rounds")
        await studio.press("enter")
        await studio.until(lambda: "Rounds" in [field.label for field in fields.items])
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, WorkflowsScreen))
        await studio.press("enter")
        await in_studio(studio, "foxes")
        assert studio.form.rows[0].field.name == "cfg_scale"
        assert studio.form.row("denoise") is None
        assert studio.row("steps").field.label == "Rounds"


async def test_a_pinned_workflow_stands_at_the_top_until_it_is_let_go(own_folder: Path) -> None:
    (own_folder / "foxes.json").write_text(json.dumps(txt2img_canvas()))
    async with engine_studio() as studio:
        listing = await workflows_place(studio)
        before = [item.name for item in listing.items]
        listing.cursor = before.index("foxes")
        listing.focus()
        await studio.press("p")
        await studio.until(lambda: listing.items[0].name == "foxes")
        assert listing.current is not None
        assert listing.current.name == "foxes"
        await studio.until_text("pinned  yours")
        await studio.press("p")
        await studio.until(lambda: [item.name for item in listing.items] == before)


async def test_fields_are_arranged_from_the_studio_too(own_folder: Path) -> None:
    async with engine_studio() as studio:
        await studio.press("alt+a")
        await studio.until(lambda: isinstance(studio.app.screen, ArrangeSheet))
        fields = studio.app.screen.query_one(FieldList)
        await studio.until(lambda: fields.items)
        fields.cursor = [field.name for field in fields.items].index("batch_size")
        await studio.press("x")
        await studio.until(lambda: any(field.is_hidden for field in fields.items))
        await studio.press("escape")
        await studio.until(lambda: isinstance(studio.app.screen, StudioScreen))
        await studio.until(lambda: studio.form.row("batch_size") is None)


async def test_the_form_is_saved_as_a_workflow_with_its_values(own_folder: Path) -> None:
    async with engine_studio() as studio:
        await studio.type("an owl")
        await studio.focus("steps")
        await studio.press("ctrl+u")
        await studio.type("7")
        await studio.press("alt+s")
        await studio.until(lambda: isinstance(studio.app.screen, LineSheet))
        await studio.press("ctrl+u")
        await studio.type("owls")
        await studio.press("enter")
        await studio.until(lambda: (own_folder / "owls.json").is_file())
        saved = json.loads((own_folder / "owls.json").read_text())
        assert "an owl" in [node["inputs"].get("text") for node in saved.values()]
        assert [node["inputs"]["steps"] for node in saved.values() if "steps" in node["inputs"]] == [7]
        await studio.until_text("Saved as owls, with these values.")
