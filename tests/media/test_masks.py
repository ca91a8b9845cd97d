"""Masks fitted to their pictures."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tui.domain.errors import PictureError
from tui.media.masks import fit, invert, is_blank, is_plain, load_mask, mask_bytes, transparency_of


def test_what_is_transparent_is_repainted(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (255, 255, 255, 255))
    image.putpixel((1, 0), (255, 255, 255, 0))
    image.save(tmp_path / "m.png")
    mask = load_mask(tmp_path / "m.png")
    assert [mask.getpixel((x, 0)) for x in (0, 1)] == [0, 255]


def test_an_opaque_mask_is_read_by_its_brightness(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 255))
    image.putpixel((0, 0), (255, 255, 255, 255))
    image.save(tmp_path / "m.png")
    mask = load_mask(tmp_path / "m.png")
    assert [mask.getpixel((x, 0)) for x in (0, 1)] == [255, 0]
    assert transparency_of(image) is None


def test_a_mask_of_the_right_size_is_left_alone() -> None:
    mask = Image.new("L", (8, 8), 255)
    assert fit(mask, (8, 8)) == (mask, "")


def test_a_mask_of_another_size_is_resized_and_said() -> None:
    mask, note = fit(Image.new("L", (64, 64), 255), (128, 128))
    assert mask.size == (128, 128)
    assert note == "The mask was resized from 64×64 to the picture's 128×128."


def test_a_mask_of_a_slightly_other_shape_is_stretched_and_said() -> None:
    mask, note = fit(Image.new("L", (64, 48), 255), (128, 128))
    assert mask.size == (128, 128)
    assert "stretched" in note


@pytest.mark.parametrize("size", [(4000, 1), (1, 4000), (128, 32)])
def test_a_mask_of_an_absurd_shape_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match="shapes do not fit"):
        fit(Image.new("L", size), (128, 128))


def test_inverting_twice_changes_nothing() -> None:
    mask = Image.effect_noise((9, 9), 60)
    assert invert(invert(mask)).tobytes() == mask.tobytes()
    assert is_blank(Image.new("L", (3, 3)))
    assert not is_blank(invert(Image.new("L", (3, 3))))


def test_only_a_grey_and_opaque_mask_is_plain() -> None:
    grey = Image.effect_noise((9, 9), 60)
    assert is_plain(grey.convert("RGB"), grey)
    red = Image.new("RGB", (9, 9), "red")
    assert not is_plain(red, red.convert("L"))
    clear = Image.new("RGBA", (9, 9), (0, 0, 0, 0))
    assert not is_plain(clear, Image.new("L", (9, 9)))


def test_a_written_mask_reads_back_the_same() -> None:
    mask = Image.effect_noise((9, 7), 60)
    assert Image.open(BytesIO(mask_bytes(mask))).tobytes() == mask.tobytes()
