"""Everything above the horizon: the light, the clouds, the stars."""

from PIL import Image, ImageChops, ImageDraw

from tui.demo.painter.canvas import Canvas, Point, fade, gradient, softened, spot
from tui.demo.painter.noise import clouds
from tui.demo.painter.palette import mixed
from tui.demo.pixels import mapped, resized

_AURORA = ((72, 230, 160), (96, 150, 250))


def paint_sky(canvas: Canvas) -> None:
    """The whole sky, with what the hour and the weather bring."""
    size, horizon = canvas.size, round(canvas.size[1] * canvas.horizon)
    canvas.picture.paste(gradient((size[0], horizon + 2), canvas.palette.sky), (0, 0))
    if horizon + 2 < size[1]:
        canvas.picture.paste(canvas.palette.haze, (0, horizon + 2, *size))
    if canvas.palette.is_dark:
        _stars(canvas)
    if "aurora" in canvas.wish.weathers:
        _aurora(canvas)
    _light(canvas)
    _clouds(canvas)


def _light(canvas: Canvas) -> None:
    place, palette = canvas.sun, canvas.palette
    radius = canvas.dice.uniform(0.045, 0.075)
    for reach, strength in ((1.1, 0.35), (0.55, 0.4), (0.26, 0.5)):
        dimmer = 0.55 if palette.is_dark else 1.0
        canvas.glow(spot(canvas.size, place, reach), palette.light, strength * dimmer)
    disc = _disc(canvas, place, radius)
    canvas.lay(disc, palette.light)
    if palette.is_dark:
        seas = mapped(
            clouds(canvas.dice, canvas.size, canvas.unit * 0.03, 2), lambda level: (level - 120) * 2
        )
        canvas.lay(ImageChops.multiply(seas, disc), mixed(palette.light, palette.sky[1], 0.45), 0.5)


def _disc(canvas: Canvas, place: Point, radius: float) -> Image.Image:
    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        reach = radius * min(width, height)
        x, y = place[0] * width, place[1] * height
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return canvas.mask(draw)


def _stars(canvas: Canvas) -> None:
    dice = canvas.dice
    dots = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(dots)
    width, height = canvas.size
    for _ in range(round(width * height / 1100)):
        x, y = dice.uniform(0, width), dice.uniform(0, height * canvas.horizon)
        brightness = round(255 * dice.random() ** 2.2)
        pen.point((x, y), fill=brightness)
        if dice.random() < 0.03:
            pen.ellipse((x - 1, y - 1, x + 1, y + 1), fill=255)
    high = fade(canvas.size, canvas.horizon, canvas.horizon * 0.35)
    canvas.glow(ImageChops.multiply(dots, high), (232, 238, 255))
    canvas.glow(ImageChops.multiply(softened(dots, 0.004), high), (150, 180, 255), 1.6)
    band = mapped(clouds(dice, canvas.size, canvas.unit * 0.5), lambda level: (level - 128) * 1.6)
    canvas.glow(ImageChops.multiply(band, high), (70, 80, 140), 0.5)


def _aurora(canvas: Canvas) -> None:
    """Curtains: noise that hardly changes downwards, bright at its lower edge."""
    width, height = canvas.size
    for index, colour in enumerate(_AURORA):
        strip = clouds(canvas.dice, (width, 4), width * 0.12, 4)
        curtain = mapped(resized(strip, (width, height)), lambda level: (level - 104) * 2.6)
        top, foot = 0.02 + index * 0.06, canvas.horizon * (0.72 - index * 0.14)
        body = ImageChops.multiply(fade(canvas.size, top, foot), fade(canvas.size, foot + 0.09, foot))
        wave = clouds(canvas.dice, canvas.size, canvas.unit * 0.6, 2)
        shape = ImageChops.multiply(ImageChops.multiply(curtain, body), wave)
        canvas.glow(softened(shape, 0.01), colour, 2.6)


def _clouds(canvas: Canvas) -> None:
    """Noise stretched sideways, the more so the nearer to the horizon."""
    width, height = canvas.size
    is_heavy = bool({"clouds", "rain", "snow"} & canvas.wish.weathers)
    threshold = 108 if is_heavy else canvas.dice.choice((128, 138, 150))
    tall = resized(clouds(canvas.dice, (width // 3 + 2, height), height * 0.16, 5), (width, height))
    body = mapped(tall, lambda level: (level - threshold) * 3.4)
    body = ImageChops.multiply(body, fade(canvas.size, canvas.horizon, canvas.horizon * 0.55))
    lit = mixed(canvas.palette.cloud, canvas.palette.light, 0.35)
    shaded = mixed(canvas.palette.cloud, canvas.palette.sky[0], 0.5)
    below = ImageChops.offset(body, 0, round(height * 0.018))
    canvas.lay(softened(below, 0.004), shaded, 0.5)
    canvas.lay(body, lit, 0.78)
