"""What words for a manner of painting do to the finished picture."""

from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from tui.demo.painter.brief import Brief
from tui.demo.painter.noise import clouds, outlines
from tui.demo.pixels import mapped, resized

_PAPER = (246, 238, 220)
_SEPIA = ((38, 24, 16), (168, 126, 88), (250, 236, 208))

Style = Callable[[Image.Image, Brief], Image.Image]


def inked(picture: Image.Image, strength: float) -> Image.Image:
    """Dark outlines over paler colour."""
    share = max(0.0, min(1.0, abs(strength)))
    grey = ImageOps.autocontrast(picture.convert("L").filter(ImageFilter.GaussianBlur(1)), cutoff=1)
    edges = outlines(grey).filter(ImageFilter.GaussianBlur(0.8))
    lines = mapped(edges, lambda level: 255 - (level - 14) * 5)
    washed = ImageEnhance.Color(ImageOps.posterize(picture, 4)).enhance(0.55)
    on_paper = Image.blend(washed, Image.new("RGB", picture.size, _PAPER), 0.22)
    return Image.blend(picture, ImageChops.multiply(on_paper, lines.convert("RGB")), share)


def _sketch(picture: Image.Image, _brief: Brief) -> Image.Image:
    return ImageEnhance.Color(inked(picture, 1.0)).enhance(0.15)


def _watercolour(picture: Image.Image, brief: Brief) -> Image.Image:
    """Runny, pale, darker where the paint dried at an edge."""
    unit = min(picture.size)
    soft = picture.filter(ImageFilter.MedianFilter(7)).filter(ImageFilter.GaussianBlur(unit / 300))
    pale = Image.blend(soft, Image.new("RGB", picture.size, (255, 252, 244)), 0.24)
    rims = mapped(
        outlines(soft.convert("L")).filter(ImageFilter.GaussianBlur(1.2)), lambda level: 255 - level * 1.6
    )
    grain = clouds(brief.fine_dice("paper"), picture.size, unit / 40, 3)
    paper = mapped(grain, lambda level: 230 + level * 0.09)
    return ImageChops.multiply(ImageChops.multiply(pale, rims.convert("RGB")), paper.convert("RGB"))


def _pixels(picture: Image.Image, _brief: Brief) -> Image.Image:
    """Few large squares of few colours."""
    scale = 96 / min(picture.size)
    small = resized(
        picture, (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BOX
    )
    few = small.quantize(28, dither=Image.Dither.NONE).convert("RGB")
    return resized(few, picture.size, Image.Resampling.NEAREST)


def _grey(picture: Image.Image, _brief: Brief) -> Image.Image:
    return ImageOps.autocontrast(picture.convert("L"), cutoff=1).convert("RGB")


def _sepia(picture: Image.Image, _brief: Brief) -> Image.Image:
    dark, middle, light = _SEPIA
    return ImageOps.colorize(ImageOps.autocontrast(picture.convert("L"), cutoff=1), dark, light, middle)


STYLES: dict[str, Style] = {
    "sketch": _sketch,
    "drawing": _sketch,
    "lineart": _sketch,
    "watercolor": _watercolour,
    "watercolour": _watercolour,
    "pixelart": _pixels,
    "pixel": _pixels,
    "monochrome": _grey,
    "noir": _grey,
    "sepia": _sepia,
    "vintage": _sepia,
}
"""By the word that asks for it."""
