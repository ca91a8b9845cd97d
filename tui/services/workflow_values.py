"""Values that people give, brought to the fields they mean, checked, and completed."""

import secrets
from collections.abc import Mapping

from tui.domain.errors import WorkflowError
from tui.domain.forms import Field, Form, SeedField
from tui.domain.request import FieldValue
from tui.domain.text import nearest, one_line
from tui.workflow.field_values import field_value
from tui.workflow.slots import STANDARD_LABELS
from tui.workflow.templates import WorkflowTemplate

_RANDOM_SEEDS = 2**32
"""Random seeds stay below this: every server, and a browser's numbers, can hold and repeat them."""


def checked_values(
    form: Form, template: WorkflowTemplate | None, values: Mapping[str, FieldValue]
) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
    """Every field's value, given or default, and notes about values that found no field."""
    given, notes = _by_field(form, template, values)
    checked = {field.name: _checked_value(field, given.get(field.name)) for field in form.fields}
    return {name: value for name, value in checked.items() if value is not None}, notes


def _by_field(
    form: Form, template: WorkflowTemplate | None, values: Mapping[str, FieldValue]
) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
    found: dict[str, FieldValue] = {}
    unused: list[str] = []
    for name, value in values.items():
        field = form.field(name) or _meant(form, template, name)
        if field is not None:
            found[field.name] = value
        elif name not in STANDARD_LABELS:
            raise _unknown_field(form, name)
        elif value not in (None, "", ()):
            unused.append(STANDARD_LABELS[name].lower())
    if not unused:
        return found, ()
    return found, (f"“{form.title}” has no use for: {', '.join(unused)}.",)


def _meant(form: Form, template: WorkflowTemplate | None, name: str) -> Field | None:
    """The field that an input ("KSampler.steps", "3.steps") or a label means."""
    slot = template.named(name) if template else None
    if slot is not None:
        return form.field(slot.name)
    alike = form.labelled(name)
    if len(alike) > 1:
        names = ", ".join(f"“{field.name}”" for field in alike)
        raise WorkflowError(
            f"“{form.title}” has {len(alike)} fields “{one_line(name, 60)}”.", f"Say which: {names}."
        )
    return next(iter(alike), None)


def _unknown_field(form: Form, name: str) -> WorkflowError:
    names = tuple(field.name for field in form.fields)
    labels = {field.label: field.name for field in form.fields}
    like = nearest(name, names) or labels.get(nearest(name, tuple(labels)) or "")
    return WorkflowError(
        f"“{form.title}” has no field “{one_line(name, 60)}”.",
        f"Did you mean “{like}”?" if like else f"It has {', '.join(names[:30])}.",
    )


def _checked_value(field: Field, given: FieldValue) -> FieldValue:
    if field.unavailable:
        if given not in (None, "", ()):
            raise WorkflowError(f"{field.label} cannot be set here.", field.unavailable)
        return None
    value = field_value(field, given)
    if value is None and isinstance(field, SeedField):
        return secrets.randbelow(min(field.maximum + 1, _RANDOM_SEEDS))
    return value
