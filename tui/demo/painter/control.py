"""Structure from a control picture: its lines are drawn, and what they enclose becomes one thing."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from tui.demo.painter.brief import ControlPicture
from tui.demo.painter.canvas import Canvas, gradient, softened
from tui.demo.painter.noise import outlines
from tui.demo.painter.palette import mixed, shifted
from tui.demo.pixels import mapped, resized

_SIDE = 160  # enclosed areas are looked for at this size
_BRIGHT = 100  # a control picture lighter than this on average is a photo, not lines
_TAKEN, _FILLED, _EDGE = 1, 128, 255  # what a pixel of that search belongs to
_GRID = 5
_SMALLEST = 12
_MOST_AREAS = 24


def follow(canvas: Canvas, control: ControlPicture) -> None:
    """Let the scene take the shape of the control picture."""
    strength = max(0.0, min(1.0, control.strength))
    if strength == 0:
        return
    lines = _lines(control.image, canvas.size)
    distant = canvas.picture.filter(ImageFilter.GaussianBlur(canvas.unit / 60))
    canvas.picture = Image.blend(canvas.picture, distant, strength * 0.7)
    for index, area in enumerate(_areas(lines)):
        _fill(canvas, resized(area, canvas.size), index, strength)
    _draw(canvas, lines, strength)


def _lines(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    grey = image.convert("L")
    if ImageStat.Stat(grey).mean[0] > _BRIGHT:
        grey = mapped(outlines(grey.filter(ImageFilter.GaussianBlur(1.5))), lambda level: level * 4)
    return resized(grey, size)


def _areas(lines: Image.Image) -> list[Image.Image]:
    """Masks of what the lines enclose, largest first; the largest open area is the background."""
    scale = _SIDE / max(lines.size)
    small = (max(8, round(lines.width * scale)), max(8, round(lines.height * scale)))
    thick = lines.filter(ImageFilter.MaxFilter(5)) if max(lines.size) > _SIDE else lines
    walls = mapped(resized(thick, small, Image.Resampling.BOX), lambda level: _EDGE if level > 16 else 0)
    walls = walls.filter(ImageFilter.MaxFilter(3))  # small gaps in a line must not leak
    found: list[Image.Image] = []
    for y in range(2, small[1] - 2, _GRID):
        for x in range(2, small[0] - 2, _GRID):
            if walls.getpixel((x, y)) == 0 and len(found) < _MOST_AREAS:
                ImageDraw.floodfill(walls, (x, y), _FILLED)
                found.append(mapped(walls, lambda level: 255 if level == _FILLED else 0))
                walls = mapped(walls, lambda level: _TAKEN if level == _FILLED else level)
    found.sort(key=_extent, reverse=True)
    # wider again, so that it reaches under the line
    return [area.filter(ImageFilter.MaxFilter(5)) for area in found[1:] if _extent(area) > _SMALLEST]


def _extent(area: Image.Image) -> int:
    return area.histogram()[255]


def _fill(canvas: Canvas, area: Image.Image, index: int, strength: float) -> None:
    palette = canvas.palette
    base = canvas.wish.subject_colour or palette.accent
    colour = shifted(base, (index % 5 - 2) * 0.035, 0.86 + 0.12 * (index % 3))
    lit, dark = mixed(colour, palette.light, 0.35), mixed(colour, palette.near, 0.45)
    mask = mapped(softened(area, 0.004), lambda level: (level - 64) * 2)
    canvas.lay(mask, gradient(canvas.size, (lit, colour, dark)), 0.9 * strength)
    away = ImageChops.multiply(mask, ImageChops.invert(softened(mask, 0.03)))
    canvas.lay(away, mixed(palette.near, (0, 0, 0), 0.3), 0.7 * strength)


def _draw(canvas: Canvas, lines: Image.Image, strength: float) -> None:
    reach = max(1, round(canvas.unit / 340))
    ink = softened(lines, 0.0016)
    canvas.lay(mapped(ink, lambda level: level * 2.2), mixed(canvas.palette.near, (0, 0, 0), 0.5), strength)
    towards = 1 if canvas.sun[0] < 0.5 else -1
    lit = ImageChops.subtract(ImageChops.offset(lines, towards * reach, reach), ink)
    canvas.glow(softened(lit, 0.0015), canvas.palette.light, 0.75 * strength)
