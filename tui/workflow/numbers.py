"""How the page settles a number that someone sets: to the grid of its steps, and within its range."""

import math
from dataclasses import dataclass

from tui.domain.json_values import number_of
from tui.workflow.graph import Unset, Value, Widget
from tui.workflow.javascript import javascript_number

_LARGEST = 2048
_FLOAT_STEP = 0.5
_MOST_DIGITS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRule:
    """The range and grid of a number widget."""

    is_integer: bool
    minimum: float
    maximum: float
    step: float
    grid: float
    """What the page rounds to; 0 for no rounding."""

    digits: int

    @classmethod
    def of(cls, widget: Widget) -> "NumberRule | None":
        """The rule of a widget, if it holds a number."""
        if widget.kind != "number" or widget.spec is None:
            return None
        is_integer = widget.spec.widget_type == "INT"
        step = number_of(widget.option("step"), 1 if is_integer else _FLOAT_STEP)
        digits = 0 if is_integer else _digits(step)
        precision = widget.option("precision") if widget.limits else None
        return cls(
            is_integer=is_integer,
            minimum=number_of(widget.option("min"), 0),
            maximum=number_of(widget.option("max"), _LARGEST),
            step=step,
            grid=number_of(widget.option("round"), 10.0**-digits if digits else 0)
            or (10.0**-digits if digits else 0),
            digits=int(number_of(precision, digits)),
        )

    def settle(self, value: float) -> int | float:
        """The number that the page makes of `value`."""
        return javascript_number(self._on_steps(value) if self.is_integer else self._on_grid(value))

    def clamp(self, value: float) -> float:
        """`value` within the range."""
        return min(max(value, self.minimum), self.maximum)

    def _on_steps(self, value: float) -> float:
        step = self.step or 1
        if step == 1:
            return _rounded(value)
        offset = math.fmod(self.minimum, step) if math.isfinite(self.minimum) else 0
        return _rounded((value - offset) / step) * step + offset

    def _on_grid(self, value: float) -> float:
        if not self.grid:
            return value
        on_grid = _rounded(value / self.grid) * self.grid
        return self.clamp(float(f"{on_grid:.{min(max(self.digits, 0), _MOST_DIGITS)}f}"))


def _digits(step: float) -> int:
    return max(0, -math.floor(math.log10(step))) if 0 < step < math.inf else 0


def _rounded(value: float) -> float:
    """Halves go up, as in JavaScript."""
    return value if abs(value) >= 2**52 else math.floor(value + 0.5)


def as_number(value: Value) -> float | None:
    """`Number(value)`, or None where that is no number."""
    if value is None:
        return 0
    if isinstance(value, str):
        try:
            return float(value.strip() or 0)
        except ValueError:
            return None
    return value if isinstance(value, int | float) else None


def settled(widget: Widget, value: Value) -> Value:
    """What the widget makes of a value that was set from outside."""
    rule = NumberRule.of(widget)
    if rule is None or isinstance(value, Unset):
        return value
    number = as_number(value)
    return None if number is None or not math.isfinite(number) else rule.settle(number)
