"""The last hand: brush strokes, guidance as strength of colour, the habits of LoRAs, the corners."""

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from tui.demo.painter.brief import Brief
from tui.demo.painter.canvas import spot
from tui.demo.painter.noise import clouds, grain, outlines
from tui.demo.pixels import mapped

_USUAL_CFG = 7.0
_MOST_STROKES = 9_000
_INK = "procedural-ink"
_PAPER = (246, 238, 220)


def finished(picture: Image.Image, brief: Brief, is_patch: bool = False) -> Image.Image:
    """What makes one scene look different at other steps, guidance or LoRA; a patch has no corners."""
    picture = _brushed(picture, brief)
    picture = _guided(picture, brief.cfg)
    for name, strength in brief.loras:
        picture = _inked(picture, strength) if _INK in name else picture
    return picture if is_patch else _framed(picture, brief)


def _brushed(picture: Image.Image, brief: Brief) -> Image.Image:
    """Strokes that carry the colour under them; more steps, more and finer ones."""
    dice = brief.fine_dice("strokes")
    width, height = picture.size
    unit = min(width, height)
    count = min(_MOST_STROKES, round((700 + 130 * min(brief.steps, 60)) * (unit / 512)))
    fineness = 1 + min(brief.steps, 60) / 24
    flow = clouds(brief.dice("flow"), (64, 64), 26, 2)
    source = picture.filter(ImageFilter.GaussianBlur(unit / 240))
    colours = source.load()
    turns = flow.load()
    if colours is None or turns is None:
        return picture
    strokes = picture.copy()
    pen = ImageDraw.Draw(strokes)
    for index in range(count):
        shrink = 1 - 0.6 * index / count
        x, y = dice.randrange(width), dice.randrange(height)
        turn = turns[x * 64 // width, y * 64 // height]
        slope = (turn - 128) / 96 if isinstance(turn, int) else 0.0
        reach = unit * 0.02 * shrink / fineness * dice.uniform(0.6, 1.5)
        ends = (x - reach, y - reach * slope, x + reach, y + reach * slope)
        pen.line(ends, fill=colours[x, y], width=max(1, round(reach * 0.45)))
    return Image.blend(picture, strokes, 0.5)


def _guided(picture: Image.Image, cfg: float) -> Image.Image:
    """Below the usual guidance pale, above it strong."""
    strength = max(0.45, min(1.7, 1 + (cfg - _USUAL_CFG) * 0.055))
    picture = ImageEnhance.Color(picture).enhance(strength)
    return ImageEnhance.Contrast(picture).enhance(0.5 + 0.5 * strength)


def _inked(picture: Image.Image, strength: float) -> Image.Image:
    """Dark outlines over paler colour."""
    share = max(0.0, min(1.0, abs(strength)))
    grey = ImageOps.autocontrast(picture.convert("L").filter(ImageFilter.GaussianBlur(1)), cutoff=1)
    edges = outlines(grey).filter(ImageFilter.GaussianBlur(0.8))
    lines = mapped(edges, lambda level: 255 - (level - 14) * 5)
    washed = ImageEnhance.Color(ImageOps.posterize(picture, 4)).enhance(0.55)
    on_paper = Image.blend(washed, Image.new("RGB", picture.size, _PAPER), 0.22)
    return Image.blend(picture, ImageChops.multiply(on_paper, lines.convert("RGB")), share)


def _framed(picture: Image.Image, brief: Brief) -> Image.Image:
    """A little darker towards the corners, and a fine tooth all over."""
    reach = 1.25 * max(picture.size) / min(picture.size)
    light = mapped(spot(picture.size, (0.5, 0.5), reach), lambda level: 168 + level)
    picture = ImageChops.multiply(picture, light.convert("RGB"))
    tooth = mapped(grain(brief.fine_dice("tooth"), picture.size), lambda level: 128 + (level - 128) * 0.03)
    return ImageChops.add(picture, tooth.convert("RGB"), 1, -128)
