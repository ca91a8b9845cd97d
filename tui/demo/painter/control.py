"""Structure from a control picture: its lines are drawn, and what they enclose becomes one thing."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from tui.demo.painter.brief import ControlPicture
from tui.demo.painter.canvas import Canvas, gradient, softened
from tui.demo.painter.noise import outlines
from tui.demo.painter.palette import mixed, shifted
from tui.demo.pixels import mapped, resized

_SIDE = 160  # lines and areas are told apart at this size
_BRIGHT = 100  # a control picture lighter than this on average is a photo, not lines
_TAKEN, _FILLED, _EDGE = 1, 128, 255  # what a pixel of that search belongs to
_GRID = 4
_MOST_FOUND, _MOST_FILLED = 160, 14
_SHORTEST, _SMALLEST = 12, 14  # shorter lines are specks, smaller areas are gaps


def follow(canvas: Canvas, control: ControlPicture) -> None:
    """Let the scene take the shape of the control picture."""
    strength = max(0.0, min(1.0, control.strength))
    if strength == 0:
        return
    lines = _lines(control.image, canvas.size)
    walls = _walls(lines)
    drawn = ImageChops.multiply(lines, resized(_long(walls), canvas.size))
    distant = canvas.picture.filter(ImageFilter.GaussianBlur(canvas.unit / 60))
    canvas.picture = Image.blend(canvas.picture, distant, strength * 0.7)
    for index, area in enumerate(_enclosed(walls)):
        _fill(canvas, resized(area, canvas.size), index, strength)
    _draw(canvas, drawn, strength)


def _lines(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    grey = image.convert("L")
    if ImageStat.Stat(grey).mean[0] > _BRIGHT:
        grey = mapped(outlines(grey.filter(ImageFilter.GaussianBlur(1.5))), lambda level: level * 4)
    return resized(grey, size)


def _walls(lines: Image.Image) -> Image.Image:
    """The lines small and thick: gaps in them must not leak."""
    scale = _SIDE / max(lines.size)
    small = (max(8, round(lines.width * scale)), max(8, round(lines.height * scale)))
    thick = lines.filter(ImageFilter.MaxFilter(5)) if max(lines.size) > _SIDE else lines
    walls = mapped(resized(thick, small, Image.Resampling.BOX), lambda level: _EDGE if level > 16 else 0)
    return walls.filter(ImageFilter.MaxFilter(3))


def _connected(walls: Image.Image, kind: int, step: int) -> list[Image.Image]:
    """A mask for each connected part of one kind, looked for on a grid."""
    found: list[Image.Image] = []
    search = walls.copy()
    for y in range(0, search.height, step):
        row = search.tobytes()[y * search.width : (y + 1) * search.width]
        for x in range(0, search.width, step):
            if row[x] != kind or search.getpixel((x, y)) != kind or len(found) >= _MOST_FOUND:
                continue
            ImageDraw.floodfill(search, (x, y), _FILLED)
            found.append(mapped(search, lambda level: 255 if level == _FILLED else 0))
            search = mapped(search, lambda level: _TAKEN if level == _FILLED else level)
    return found


def _long(walls: Image.Image) -> Image.Image:
    """Where lines are that reach somewhere; specks are left out."""
    kept = Image.new("L", walls.size)
    for part in _connected(walls, _EDGE, 2):
        left, top, right, bottom = part.getbbox() or (0, 0, 0, 0)
        if max(right - left, bottom - top) >= _SHORTEST:
            kept = ImageChops.lighter(kept, part)
    return kept


def _enclosed(walls: Image.Image) -> list[Image.Image]:
    """Masks of what the lines enclose, largest first; what touches the frame is background."""
    framed = ImageChops.constant(walls, 255)
    ImageDraw.Draw(framed).rectangle((1, 1, walls.width - 2, walls.height - 2), fill=0)
    areas = [area for area in _connected(walls, 0, _GRID) if not ImageChops.multiply(area, framed).getbbox()]
    large = sorted((area for area in areas if _extent(area) > _SMALLEST), key=_extent, reverse=True)
    # wider again, so that they reach under their lines
    return [area.filter(ImageFilter.MaxFilter(5)) for area in large[:_MOST_FILLED]]


def _extent(area: Image.Image) -> int:
    return area.histogram()[255]


def _fill(canvas: Canvas, area: Image.Image, index: int, strength: float) -> None:
    palette = canvas.palette
    base = canvas.wish.subject_colour or palette.accent
    colour = shifted(base, (index % 5 - 2) * 0.03, 0.88 + 0.12 * (index % 3))
    lit, dark = mixed(colour, palette.light, 0.4), mixed(colour, palette.near, 0.45)
    mask = mapped(softened(area, 0.004), lambda level: (level - 64) * 2)
    canvas.lay(mask, gradient(canvas.size, (lit, colour, dark)), 0.92 * strength)
    away = ImageChops.multiply(mask, ImageChops.invert(softened(mask, 0.03)))
    canvas.lay(away, mixed(palette.near, (0, 0, 0), 0.3), 0.6 * strength)


def _draw(canvas: Canvas, lines: Image.Image, strength: float) -> None:
    """Light lines in the dark, ink by day."""
    line = mapped(softened(lines, 0.0014), lambda level: level * 2.4)
    if canvas.palette.is_dark:
        canvas.glow(softened(lines, 0.008), canvas.palette.accent, 0.9 * strength)
        canvas.lay(line, mixed(canvas.palette.light, canvas.palette.accent, 0.2), 0.9 * strength)
        return
    reach = max(1, round(canvas.unit / 300))
    towards = 1 if canvas.sun[0] < 0.5 else -1
    lit = ImageChops.subtract(ImageChops.offset(line, towards * reach, reach), line)
    canvas.glow(lit, canvas.palette.light, 0.6 * strength)
    canvas.lay(line, mixed(canvas.palette.near, (0, 0, 0), 0.5), strength)
