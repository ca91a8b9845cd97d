"""What becomes of the form when another server is chosen: kept, spelled its way, or put aside and said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui.domain.forms import ChoiceField, Field, Form
from tui.domain.request import FieldValue, Task
from tui.services.fitting import fitted, says_nothing
from tui.services.names import paired
from tui.ui.draft import Draft, default_of, starting_values
from tui.ui.words import server_label

_TOLD_ALWAYS = frozenset({"checkpoint"})
"""That it is another one is told also where nobody chose it; else what a server starts with is no loss."""

_STAND_INS = {
    Task.TEXT_TO_IMAGE: "txt2img_default",
    Task.IMAGE_TO_IMAGE: "img2img_default",
    Task.INPAINT: "inpaint_masked",
    Task.UPSCALE: "upscale_model",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The values of the other server's form, what was meant instead of some, and sentences about those."""

    values: Mapping[str, FieldValue]
    aside: Mapping[str, FieldValue]
    losses: tuple[str, ...] = ()


class Left:
    """The values with which each server was left, and what the person has changed elsewhere since."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, FieldValue]] = {}
        self._changed: dict[str, set[str]] = {}

    def leave(self, server: str, form: Form, values: Mapping[str, FieldValue]) -> None:
        """Remember the values of its form."""
        names = {field.name for field in form.fields}
        mine = {name: value for name, value in values.items() if name in names}
        self._values[server] = {**self._values.get(server, {}), **mine}
        self._changed[server] = set()

    def change(self, *names: str) -> None:
        """These fields have another value from now on, wherever that is."""
        for changed in self._changed.values():
            changed.update(names)

    def last(self, server: str) -> Mapping[str, FieldValue]:
        """Everything as it was left there."""
        return self._values.get(server, {})

    def standing(self, server: str) -> Mapping[str, FieldValue]:
        """Of that, what nobody has changed since."""
        changed = self._changed.get(server, set())
        return {name: value for name, value in self.last(server).items() if name not in changed}


def carried(form: Form, before: Form | None, draft: Draft, left: Left) -> Carried:
    """The draft on the form of its server; `before` is the form it comes from.

    What was left on this server stands again, and what was changed since goes with the person; where that
    does not fit, what was left is taken before the server's own defaults.
    """
    last, label = left.last(draft.server), server_label(draft.server)
    form = replace(form, fields=tuple(_starting_from(field, last) for field in form.fields))
    meant = {**draft.values, **draft.aside, **left.standing(draft.server)}
    concerned = {*draft.aside, *(field.name for field in _usable(before))}
    wanted = paired(form, meant)
    fit = fitted(form, {name: value for name, value in wanted.items() if form.field(name)}, label)
    values = starting_values(form, {**wanted, **fit.values})
    aside = {
        name: meant[name]
        for name in concerned & meant.keys()
        if not says_nothing(name, meant[name])
        and values.get(name) != meant[name]
        and (name in _TOLD_ALWAYS or _is_chosen(name, draft, before))
    }
    chosen = {
        name: value
        for name, value in wanted.items()
        if name in concerned and (_is_chosen(name, draft, before) or _is_told_always(name, form))
    }
    return Carried(values=values, aside=aside, losses=fitted(form, chosen, label).losses)


def stand_in(form: Form | None) -> str:
    """The built-in workflow that does what a form of the person's own workflow does."""
    if form is None:
        return _STAND_INS[Task.TEXT_TO_IMAGE]
    if form.task in _STAND_INS:
        return _STAND_INS[form.task]
    if form.field("mask"):
        return _STAND_INS[Task.INPAINT]
    return _STAND_INS[Task.IMAGE_TO_IMAGE if form.field("init_image") else Task.TEXT_TO_IMAGE]


def _usable(form: Form | None) -> tuple[Field, ...]:
    return tuple(field for field in form.fields if not field.unavailable) if form else ()


def _is_chosen(name: str, draft: Draft, before: Form | None) -> bool:
    """Whether a value is the person's, and not what the form before began with."""
    field = before.field(name) if before else None
    return name in draft.aside or field is None or draft.values.get(name) != default_of(field)


def _is_told_always(name: str, form: Form) -> bool:
    field = form.field(name)
    return name in _TOLD_ALWAYS and field is not None and not field.unavailable


def _starting_from(field: Field, earlier: Mapping[str, FieldValue]) -> Field:
    value = earlier.get(field.name)
    if isinstance(field, ChoiceField) and isinstance(value, str) and value in field.choices:
        return replace(field, default=value)
    return field
