"""The last hand: brush strokes, guidance as strength of colour, the habits of LoRAs, the corners."""

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from tui.demo.painter.brief import Brief
from tui.demo.painter.canvas import spot
from tui.demo.painter.noise import clouds, grain
from tui.demo.painter.styles import STYLES, inked
from tui.demo.painter.words import words_of
from tui.demo.pixels import mapped

_USUAL_CFG = 7.0
_MOST_STROKES = 9_000
_INK = "procedural-ink"


def finished(picture: Image.Image, brief: Brief, is_patch: bool = False) -> Image.Image:
    """What makes one scene look different at other steps, guidance or LoRA; a patch has no corners."""
    picture = _brushed(picture, brief)
    picture = _guided(picture, brief.cfg)
    for name, strength in brief.loras:
        picture = inked(picture, strength) if _INK in name else picture
    for word in words_of(brief.prompt):
        picture = STYLES[word](picture, brief) if word in STYLES else picture
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


def _framed(picture: Image.Image, brief: Brief) -> Image.Image:
    """A little darker towards the corners, and a fine tooth all over."""
    reach = 1.25 * max(picture.size) / min(picture.size)
    light = mapped(spot(picture.size, (0.5, 0.5), reach), lambda level: 168 + level)
    picture = ImageChops.multiply(picture, light.convert("RGB"))
    tooth = mapped(grain(brief.fine_dice("tooth"), picture.size), lambda level: 128 + (level - 128) * 0.03)
    return ImageChops.add(picture, tooth.convert("RGB"), 1, -128)
