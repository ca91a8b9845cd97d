"""A form as a person arranged it."""

from dataclasses import replace

from tui.domain.arrangement import Arrangement
from tui.domain.forms import Field, Form


def arranged(form: Form, wishes: Arrangement) -> Form:
    """The form with pinned fields first, hidden ones marked, and the person's own names."""
    if wishes.is_empty:
        return form
    known = {field.name: field for field in form.fields}
    pinned = [known[name] for name in wishes.pinned if name in known]
    names = {field.name for field in pinned}
    fields = (*pinned, *(field for field in form.fields if field.name not in names))
    return replace(form, fields=tuple(_arranged(field, wishes, field.name in names) for field in fields))


def _arranged(field: Field, wishes: Arrangement, is_pinned: bool) -> Field:
    return replace(
        field,
        label=wishes.labels.get(field.name, field.label),
        group="" if is_pinned else field.group,
        is_advanced=field.is_advanced and not is_pinned,
        is_hidden=field.name in wishes.hidden,
    )
