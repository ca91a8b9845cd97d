"""Deep space: nebulae, stars without a horizon, a planet."""

from PIL import Image, ImageChops, ImageDraw

from tui.demo.painter.canvas import Canvas, softened, spot
from tui.demo.painter.noise import clouds
from tui.demo.painter.palette import mixed, scaled, shifted
from tui.demo.pixels import mapped


def paint_space(canvas: Canvas) -> None:
    """Gas in the palette's colours, stars, and a planet with a ring of light."""
    palette, dice = canvas.palette, canvas.dice
    canvas.picture.paste((4, 5, 16), (0, 0, *canvas.size))
    veil = clouds(dice, canvas.size, canvas.unit * 0.7, 6)
    hues = (palette.accent, palette.sky[-2], shifted(palette.sky[-2], 0.3, 1.1), palette.sky[1])
    for colour in hues:
        gas = clouds(dice, canvas.size, canvas.unit * 0.55, 6)
        shape = ImageChops.multiply(
            mapped(gas, lambda level: (level - 122) * 4), mapped(veil, lambda level: (level - 84) * 2)
        )
        canvas.glow(shape, colour, 0.85)
    dust = mapped(clouds(dice, canvas.size, canvas.unit * 0.25, 5), lambda level: (level - 138) * 3)
    canvas.lay(dust, (6, 4, 16), 0.6)
    _stars(canvas)
    _planet(canvas)


def _stars(canvas: Canvas) -> None:
    dice, (width, height) = canvas.dice, canvas.size
    dots = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(dots)
    for _ in range(width * height // 420):
        pen.point((dice.randrange(width), dice.randrange(height)), fill=round(255 * dice.random() ** 3))
    for _ in range(26):
        x, y, reach = dice.randrange(width), dice.randrange(height), dice.uniform(1, 3) * canvas.unit / 512
        pen.line((x - reach * 3, y, x + reach * 3, y), fill=120)
        pen.line((x, y - reach * 3, x, y + reach * 3), fill=120)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    canvas.glow(dots, (244, 246, 255))
    canvas.glow(softened(dots, 0.006), (150, 180, 255), 1.6)


def _planet(canvas: Canvas) -> None:
    dice, palette = canvas.dice, canvas.palette
    centre = (dice.choice((0.3, 0.72)), dice.uniform(0.58, 0.74))
    radius = dice.uniform(0.16, 0.26)

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        reach, x, y = radius * min(width, height), centre[0] * width, centre[1] * height
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    disc = canvas.mask(draw)
    canvas.glow(spot(canvas.size, centre, radius * 1.7), palette.sky[-2], 0.7)
    canvas.lay(disc, mixed(palette.sky[1], palette.accent, 0.4))
    bands = mapped(clouds(dice, canvas.size, canvas.unit * 0.06, 4), lambda level: (level - 110) * 3)
    canvas.lay(ImageChops.multiply(bands, disc), scaled(palette.sky[-1], 1.0), 0.7)
    side = -1 if centre[0] > 0.5 else 1
    day = spot(canvas.size, (centre[0] + side * radius * 0.45, centre[1] - radius * 0.5), radius * 1.9)
    night = ImageChops.multiply(disc, ImageChops.invert(day))
    canvas.lay(softened(night, 0.004), (3, 3, 12), 0.93)
