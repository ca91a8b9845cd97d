"""Water: the upper half again, upside down, darker and broken by ripples."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from tui.demo.painter.canvas import Canvas, fade, softened
from tui.demo.painter.noise import clouds
from tui.demo.painter.palette import mixed
from tui.demo.pixels import mapped, resized


def paint_water(canvas: Canvas, line: float) -> None:
    """From `line` down, reflecting what is above it."""
    width, height = canvas.size
    row = round(line * height)
    depth = height - row
    if depth < 4:
        return
    mirrored = ImageOps.flip(canvas.picture.crop((0, max(0, row - depth), width, row)))
    mirrored = resized(mirrored, (width, depth)).filter(ImageFilter.BoxBlur((width * 0.004, depth * 0.02)))
    deep = mixed(canvas.palette.sky[0], canvas.palette.near, 0.45)
    tinted = Image.composite(
        Image.new("RGB", (width, depth), deep), mirrored, fade((width, depth), -0.25, 1.35)
    )
    canvas.picture.paste(_rippled(canvas, tinted), (0, row))
    _glitter(canvas, line)
    shore = canvas.polygon([(0, line - 0.004), (1, line - 0.004), (1, line + 0.003), (0, line + 0.003)])
    canvas.glow(softened(shore, 0.003), canvas.palette.haze, 0.5)


def _rippled(canvas: Canvas, water: Image.Image) -> Image.Image:
    """Rows pushed sideways, more so near the viewer, and crests of light and shade."""
    width, depth = water.size
    pushed = water.copy()
    band = 2 if depth < 700 else 3
    sway = 0.0
    for top in range(0, depth, band):
        reach = 1 + 10 * (top / depth) ** 1.2 * width / 512
        sway = sway * 0.55 + canvas.dice.uniform(-reach, reach) * 0.6
        strip = ImageChops.offset(water.crop((0, top, width, min(depth, top + band))), round(sway), 0)
        pushed.paste(strip, (0, top))
    crests = resized(clouds(canvas.dice, (max(8, width // 10), depth), depth * 0.03, 3), water.size)
    growing = fade(water.size, -0.1, 0.8)
    bright = ImageChops.multiply(mapped(crests, lambda level: (level - 142) * 3.2), growing)
    dark = ImageChops.multiply(mapped(crests, lambda level: (112 - level) * 3.2), growing)
    pushed = Image.composite(
        Image.new("RGB", water.size, canvas.palette.haze), pushed, mapped(bright, lambda level: level * 0.42)
    )
    return Image.composite(
        Image.new("RGB", water.size, mixed(canvas.palette.near, (0, 0, 0), 0.2)),
        pushed,
        mapped(dark, lambda level: level * 0.5),
    )


def _glitter(canvas: Canvas, line: float) -> None:
    """The path of light below the sun or moon."""
    dice = canvas.dice
    flecks: list[tuple[float, float, float]] = []
    for _ in range(170):
        down = dice.random() ** 1.4
        spread = 0.02 + 0.12 * down
        flecks.append((canvas.sun[0] + dice.gauss(0, spread), line + (1 - line) * down, 0.006 + 0.03 * down))

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for x, y, wide in flecks:
            thick = max(1.0, height * 0.0016)
            pen.ellipse(
                ((x - wide) * width, y * height - thick, (x + wide) * width, y * height + thick), fill=200
            )

    mask = canvas.mask(draw)
    canvas.glow(mask, canvas.palette.light, 0.6)
    canvas.glow(softened(mask, 0.012), canvas.palette.light, 0.8)
