"""Fields of every kind, by keys."""

import asyncio
from dataclasses import replace
from pathlib import Path

from textual.events import Paste

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tests.support.studio import Studio, open_studio, picture_file
from tui.domain.forms import ChoiceField, NumberField, PictureField, ToggleField
from tui.domain.request import Lora, PictureInput
from tui.ui.widgets.popup import Popup


async def popup_of(studio: Studio) -> Popup:
    await studio.until(lambda: list(studio.app.screen.query(Popup)))
    await studio.pilot.pause()
    return studio.app.screen.query_one(Popup)


async def test_a_choice_opens_where_it_stands_and_is_searched(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        row = await studio.focus("sampler")
        await studio.press("enter")
        popup = await popup_of(studio)
        assert popup.region.y == row.region.y + 1
        await studio.type("ance")
        await studio.press("enter")
        await studio.until(lambda: row.value == "euler_ancestral")
        await studio.until(lambda: not list(studio.app.screen.query(Popup)))
        assert row.has_focus_within
        assert studio.session.draft.values["sampler"] == "euler_ancestral"


async def test_escape_leaves_a_choice_as_it_was(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        row = await studio.focus("sampler")
        await studio.press("enter")
        await popup_of(studio)
        await studio.press("down", "escape")
        await studio.until(lambda: not list(studio.app.screen.query(Popup)))
        assert row.value == "euler"


async def test_a_number_is_typed_or_stepped_and_shows_its_range(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        row = await studio.focus("cfg_scale")
        await studio.until_text("0 to 100, by 0.1")
        await studio.press("up", "up")
        assert row.value == 7.2
        await studio.press("ctrl+u")
        await studio.type("5.5")
        assert row.value == 5.5


async def test_a_wrong_number_says_why_at_once_and_nothing_moves(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        row = await studio.focus("steps")
        below = studio.row("cfg_scale").region
        await studio.press("ctrl+u")
        await studio.type("500")
        await studio.until_text("✗ at most 150")
        assert studio.row("cfg_scale").region == below
        await studio.press("escape")
        await studio.type("a fox")
        await studio.press("ctrl+g")
        await studio.until_text("Steps: at most 150.")
        assert row.has_focus_within
        assert services.generation.jobs == ()


async def test_a_long_reason_stands_under_its_field(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        row = await studio.focus("width")
        await studio.press("ctrl+u")
        await studio.type("513")
        await studio.until_text("width: a multiple of 8: 512 or 520")
        shown = row.query_one(".why").region
        assert shown.y == row.region.y + 1


async def test_loras_are_added_weighed_and_taken_out(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        row = await studio.focus("loras")
        await studio.press("enter")
        await popup_of(studio)
        await studio.type("film")
        await studio.press("enter")
        await studio.until(lambda: row.value == (Lora("film.safetensors", 1.0),))
        await studio.until_text("film.safetensors")
        await studio.press("down", "down")
        assert row.value == (Lora("film.safetensors", 0.9),)
        await studio.type("1.3")
        await studio.press("enter")
        assert row.value == (Lora("film.safetensors", 1.3),)
        await studio.press("x")
        await studio.until(lambda: row.value == ())


async def test_what_the_server_cannot_do_is_dim_with_the_reason(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"workflow": "img2img_default"})
    async with open_studio(services) as studio:
        await studio.until_text("model; ComfyUI has.")
        assert not [widget for widget in studio.row("controlnet").query("*") if widget.focusable]


async def test_a_switch_turns_with_space(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"workflow": "img2img_default"})
    async with open_studio(services) as studio:
        row = await studio.focus("tiling")
        await studio.press("space")
        assert row.value is True
        await studio.until_text("◉ on")


async def test_a_dropped_file_fills_the_picture(tmp_path: Path) -> None:
    fox = picture_file(tmp_path / "my fox.png")
    services = fake_services(tmp_path, connected(), state={"workflow": "img2img_default"})
    async with open_studio(services) as studio:
        row = await studio.focus("init_image")
        focused = studio.app.screen.focused
        assert focused is not None
        focused.post_message(Paste(str(fox).replace(" ", "\\ ")))
        await studio.until(lambda: row.value == PictureInput(str(fox)))
        await studio.until_text("512×512")
        await studio.press("delete")
        assert row.value is None


async def test_a_file_that_is_no_picture_is_told_in_its_field(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    values = {"init_image": {"picture": str(bad)}}
    services = fake_services(tmp_path, connected(), state={"workflow": "img2img_default", "values": values})
    async with open_studio(services) as studio:
        await studio.until(lambda: studio.row("init_image").complaint == "bad.png is not a picture")


async def test_another_workflow_keeps_the_values_that_fit(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        await studio.type("a fox")
        await studio.focus("steps")
        await studio.press("up")
        await studio.app.choose("workflow", "img2img_default")
        await studio.until(lambda: studio.form.row("denoise"))
        assert studio.row("steps").value == 21
        assert studio.prompt.text == "a fox"


async def test_further_fields_are_one_key_away_under_their_headings(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    further = (
        NumberField(name="KSampler.eta", label="Eta", group="KSampler", is_advanced=True),
        ToggleField(name="KSampler.noise", label="Add noise", group="KSampler", is_advanced=True),
        ToggleField(name="Unwanted", label="Unwanted", is_advanced=True, is_hidden=True),
    )
    form = replace(TEXT_TO_IMAGE, fields=(*TEXT_TO_IMAGE.fields, *further), notes=("Read from a picture.",))
    services.workflows.forms = {"txt2img_default": form}
    async with open_studio(services) as studio:
        await studio.until_text("2 more, ^f shows them")
        assert "Read from a picture." in studio.text
        assert "KSampler" not in studio.text
        await studio.press("ctrl+f")
        await studio.until_text("Add noise")
        assert "KSampler" in studio.text
        assert "Unwanted" not in studio.text
        await studio.press("ctrl+f")
        await studio.until(lambda: "Add noise" not in studio.text)


async def test_an_opened_workflow_brings_its_prompt_along(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    prompt = replace(TEXT_TO_IMAGE.fields[0], default="a fox from the picture")
    services.workflows.forms["shared"] = replace(
        TEXT_TO_IMAGE, workflow="shared", fields=(prompt, *TEXT_TO_IMAGE.fields[1:]), brings_values=True
    )
    async with open_studio(services) as studio:
        await studio.type("mine")
        await studio.app.choose("workflow", "shared")
        await studio.until(lambda: studio.prompt.text == "a fox from the picture")


async def test_a_value_the_server_lacks_has_the_nearest_ones_on_top(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    form = services.workflows.forms["txt2img_default"]
    missing = ChoiceField(
        name="sampler",
        label="Sampler",
        choices=("ddim", "euler", "heun"),
        default="eulr",
        nearest=("euler",),
        note="Sampler “eulr” is not on this server. Nearest: euler.",
    )
    fields = tuple(missing if field.name == "sampler" else field for field in form.fields)
    services.workflows.forms["txt2img_default"] = replace(form, fields=fields, brings_values=True)
    async with open_studio(services) as studio:
        studio.session.edit("sampler", "eulr")
        await studio.app.show_draft()
        await studio.focus("sampler")
        await studio.press("enter")
        await studio.until_text("nearest")
        await studio.press("enter")
        await studio.until(lambda: studio.session.draft.values.get("sampler") == "euler")


async def test_a_picture_on_the_server_is_taken_by_its_name(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    form = services.workflows.forms["img2img_default"]
    fields = tuple(
        replace(field, choices=("example.png", "mask.png")) if isinstance(field, PictureField) else field
        for field in form.fields
    )
    services.workflows.forms["img2img_default"] = replace(form, fields=fields)
    async with open_studio(services) as studio:
        await studio.app.choose("workflow", "img2img_default")
        await studio.until(lambda: studio.form.row("init_image") is not None)
        await studio.focus("init_image")
        await studio.until_text("s server’s")
        await studio.press("s")
        await studio.until_text("a file on the server")
        await studio.type("exam")
        await studio.press("enter")
        await studio.until(lambda: studio.session.draft.values.get("init_image") == "example.png")
        await studio.until_text("on the server")
        await studio.press("s")
        await studio.until_text("a file on the server")
        await studio.type("other.png [output]")
        await studio.press("enter")
        await studio.until(lambda: studio.session.draft.values.get("init_image") == "other.png [output]")


async def test_a_form_whose_showing_was_interrupted_is_shown_whole_the_next_time(tmp_path: Path) -> None:
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        panel, values = studio.form, studio.session.draft.values
        assert panel.form is not None
        other = replace(panel.form, notes=("A note that was not there.",))
        names = [row.field.name for row in panel.rows]
        showing = asyncio.create_task(panel.show(other, values))
        await asyncio.sleep(0)
        showing.cancel()  # it takes the old rows away by now
        await asyncio.wait((showing,))
        await panel.show(other, values)
        assert [row.field.name for row in panel.rows] == names
        await studio.until_text("A note that was not there.")
