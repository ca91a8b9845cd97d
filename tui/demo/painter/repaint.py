"""Starting from a picture: how much of it stays, and what a hole in it is filled with."""

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from tui.demo.painter.brief import Brief
from tui.demo.painter.canvas import Canvas
from tui.demo.painter.noise import clouds, outlines
from tui.demo.painter.words import Colour
from tui.demo.pixels import hardened, mapped, resized

_HALFWAY = 0.5  # up to here the old picture is only recoloured; from here on the new one comes through


def changed(old: Image.Image, goal: Image.Image, denoise: float, brief: Brief) -> Image.Image:
    """Between the old picture (0) and the goal (1): first its colours and strokes, then its shapes."""
    if denoise >= 1:
        return goal
    recoloured = _recoloured(old, goal)
    if denoise <= _HALFWAY:
        return Image.blend(old, recoloured, denoise / _HALFWAY)
    through = (denoise - _HALFWAY) / (1 - _HALFWAY)
    drift = ImageOps.autocontrast(clouds(brief.dice("drift"), old.size, min(old.size) * 0.3, 4))
    # spots grow together until nothing of the old is left
    reach = 255 * (through * 1.5 - 0.25)
    return Image.composite(goal, recoloured, mapped(drift, lambda level: (reach - level) * 4 + 128))


def _recoloured(old: Image.Image, goal: Image.Image) -> Image.Image:
    """The old light and shade in the goal's colours, laid on with a broad brush."""
    dark, middle, light = _tones(goal)
    grey = old.convert("L")
    dyed = ImageOps.colorize(ImageOps.autocontrast(grey, cutoff=1), dark, light, middle)
    broad = Image.blend(old, dyed, 0.55).filter(ImageFilter.MedianFilter(5))
    lines = mapped(outlines(grey), lambda level: 255 - max(0, level - 30) * 0.5)
    return ImageChops.multiply(broad, lines.convert("RGB"))


def _tones(picture: Image.Image) -> tuple[Colour, Colour, Colour]:
    """A dark, a middle and a light colour of the picture."""
    data = resized(picture, (48, 48), Image.Resampling.BOX).convert("RGB").tobytes()
    ordered = sorted(zip(data[::3], data[1::3], data[2::3], strict=True), key=sum)
    last = len(ordered) - 1
    return ordered[round(last * 0.04)], ordered[last // 2], ordered[round(last * 0.96)]


def hole(mask: Image.Image) -> tuple[float, float, float, float] | None:
    """The box of what is to be repainted, in fractions; None when it is nearly everything or nothing."""
    box = hardened(mask).getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    if (right - left) * (bottom - top) > 0.85 * mask.width * mask.height:
        return None
    return left / mask.width, top / mask.height, right / mask.width, bottom / mask.height


def filled(old: Image.Image, mask: Image.Image) -> Image.Image:
    """The old picture with its surroundings drawn into the hole, mostly sideways: land lies in bands."""
    gap = hardened(mask)
    around = ImageChops.invert(gap)
    mean = ImageStat.Stat(old, around).mean if around.getbbox() else [127.0, 127.0, 127.0]
    red, green, blue = (round(value) for value in mean)
    picture = Image.composite(Image.new("RGB", old.size, (red, green, blue)), old, gap)
    width, height = old.size
    for share in (0.3, 0.2, 0.12, 0.12, 0.08, 0.08, 0.05, 0.05, 0.03):
        blurred = picture.filter(ImageFilter.BoxBlur((share * width, share * height * 0.07)))
        picture = Image.composite(blurred, old, gap)
    return picture


def set_into(canvas: Canvas, old: Image.Image, mask: Image.Image) -> None:
    """Put the surroundings under a scene that only a hole will show."""
    under = filled(old, mask)
    share = 0.93 if canvas.wish.subject is not None else 0.25
    canvas.picture = Image.blend(canvas.picture, under, share)
