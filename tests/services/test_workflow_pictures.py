"""Pictures and masks of a request: their sizes, and what cannot be used."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.workflow_fakes import SERVER, request
from tui.domain.errors import PictureError
from tui.domain.request import FieldValue, PictureInput
from tui.media.images import open_picture
from tui.services.workflows import WorkflowsService


def picture(folder: Path, name: str, size: tuple[int, int], mode: str = "L", colour: Any = 255) -> str:
    Image.new(mode, size, colour).save(folder / name)
    return str(folder / name)


async def test_a_size_of_zero_is_the_pictures(workflows: WorkflowsService, fox: str) -> None:
    made = await request(workflows, "img2img_default", prompt="x", init_image=fox)
    assert (made.width, made.height, made.notes) == (128, 96, ())
    assert made.init_image == PictureInput(fox)
    half = await request(workflows, "img2img_default", prompt="x", init_image=fox, width=64)
    assert (half.width, half.height) == (64, 48)


async def test_a_picture_of_an_odd_size_is_worked_on_in_whole_blocks(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    odd = picture(tmp_path, "odd.png", (101, 67))
    made = await request(workflows, "img2img_default", prompt="x", init_image=odd)
    assert (made.width, made.height) == (104, 64)
    assert made.notes == ("The picture is 101×67; it is worked on at 104×64.",)


async def test_a_huge_picture_is_worked_on_at_a_size_that_a_server_can_bear(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    made = await request(
        workflows, "img2img_default", prompt="x", init_image=picture(tmp_path, "h.png", (6000, 3000))
    )
    assert made.width is not None
    assert made.height is not None
    assert made.width * made.height <= 4_100_000
    assert abs(made.width / made.height - 2) < 0.02


async def test_a_mask_that_fits_is_sent_as_it_is(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (128, 96))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.mask == PictureInput(mask)
    assert made.notes == ()


async def test_a_mask_of_another_size_is_resized_in_a_copy_and_said(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (64, 48))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.notes == ("The mask was resized from 64×48 to the picture's 128×96.",)
    assert made.mask is not None
    assert Path(made.mask.path).is_relative_to(tmp_path / "cache")
    assert open_picture(Path(made.mask.path)).size == (128, 96)
    assert open_picture(Path(mask)).size == (64, 48)
    again = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert again.mask == made.mask


async def test_a_mask_made_for_another_picture_is_refused(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (96, 960))
    with pytest.raises(PictureError, match="96×960 and the picture 128×96"):
        await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)


async def test_the_transparency_of_the_picture_can_be_the_mask(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    holed = picture(tmp_path, "holed.png", (64, 64), "RGBA", (1, 2, 3, 0))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=holed)
    assert made.mask is not None
    assert open_picture(Path(made.mask.path)).getextrema() == ((255, 255),) * 3
    assert "what is transparent is repainted" in made.notes[0]


async def test_a_mask_that_repaints_nothing_is_said(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (128, 96), "L", 0)
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.notes == ("The mask is black everywhere: nothing is repainted.",)


@pytest.mark.parametrize(
    ("workflow", "values", "words"),
    [
        ("img2img_default", {}, "No picture is chosen for “Picture”. Pick one, or give it with --image."),
        ("img2img_default", {"init_image": "gone.png"}, "Picture: There is no file “gone.png”."),
        ("inpaint_masked", {"init_image": "FOX"}, "No picture is chosen for “Mask”."),
        ("inpaint_masked", {"init_image": "FOX", "mask": "NOTES"}, "Mask: “notes.png” is not a picture."),
        ("controlnet_canny", {"control_image": "NOTES"}, "Control picture: “notes.png” is not a picture."),
        ("controlnet_canny", {"control_image": "CUT"}, "Control picture: “cut.png” is broken or cut short."),
    ],
)
async def test_a_picture_that_cannot_be_used_is_said_with_its_field(
    workflows: WorkflowsService,
    fox: str,
    tmp_path: Path,
    workflow: str,
    values: dict[str, FieldValue],
    words: str,
) -> None:
    (tmp_path / "notes.png").write_text("not a picture at all, but a text\n")
    (tmp_path / "cut.png").write_bytes(Path(fox).read_bytes()[:3000])
    files = {"FOX": fox, "NOTES": str(tmp_path / "notes.png"), "CUT": str(tmp_path / "cut.png")}
    given = {name: files.get(str(value), value) for name, value in values.items()}
    with pytest.raises(PictureError) as caught:
        await workflows.request(SERVER, workflow, {"prompt": "x", **given})
    assert words in caught.value.sentence
