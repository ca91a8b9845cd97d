"""Where a picture lies in its area: scale, crop and cells, as arithmetic."""

from dataclasses import dataclass

from tui.terminal.profile import CellSize

FIT = 0.0
"""The zoom that shows the whole picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """How a person looks at a picture: the zoom and the point of the picture in the middle (0..1 each)."""

    zoom: float = FIT
    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The cells a picture covers inside its area, and the part of the picture they show."""

    left: int
    top: int
    columns: int
    rows: int
    crop: tuple[float, float, float, float]


def place(
    picture: tuple[int, int],
    area: tuple[int, int],
    cell: CellSize,
    dots: int,
    view: Viewpoint = Viewpoint(),
) -> Placement:
    """Place a picture of the given pixels in an area of cells; `dots` are the pixels drawn across a cell."""
    width, height = picture
    columns, rows = area
    shape = (height / width) * (cell.width / cell.height)
    across = min(columns, rows / shape) if view.zoom == FIT else width * view.zoom / dots
    down = across * shape
    shown_columns = max(1, min(columns, round(across)))
    shown_rows = max(1, min(rows, round(down)))
    x0, x1 = _window(width, columns / across if across > columns else 1.0, view.x)
    y0, y1 = _window(height, rows / down if down > rows else 1.0, view.y)
    return Placement(
        left=(columns - shown_columns) // 2,
        top=(rows - shown_rows) // 2,
        columns=shown_columns,
        rows=shown_rows,
        crop=(x0, y0, x1, y1),
    )


def _window(length: int, share: float, middle: float) -> tuple[float, float]:
    """The part of a side that is seen, kept inside the picture, never thinner than a pixel."""
    seen = max(1.0, length * share)
    start = min(max(0.0, middle * length - seen / 2), length - seen)
    return start, start + seen
