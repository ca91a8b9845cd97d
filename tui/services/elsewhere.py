"""What a form lacks because of its server, and which other connected server has it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tui.domain.forms import Field, Form
from tui.domain.request import Task
from tui.domain.server import Capabilities
from tui.services.task_forms import belongs
from tui.workflow.slots import STANDARD_LABELS

_ONLY_ELSEWHERE = {"vae", "styles", "performance", "outpaint", "preprocessor", "frames", "guidance"}
_OF_GRAPHS = frozenset(STANDARD_LABELS) - _ONLY_ELSEWHERE
"""What the built-in workflows have fields for."""

_DEEDS = {
    Task.IMAGE_TO_IMAGE: "image to image",
    Task.INPAINT: "inpainting",
    Task.CONTROL: "ControlNet",
    Task.UPSCALE: "enlarging",
    Task.CUSTOM: "ComfyUI workflows",
}


def with_elsewhere(form: Form, here: Capabilities, others: Mapping[str, Capabilities]) -> Form:
    """The form, which also says what the `others`, by their names, could do of what it cannot."""
    able = tuple(name for name, can in others.items() if form.task in can.tasks)
    cannot = form.task not in here.tasks
    return replace(
        form,
        fields=tuple(_said(field, form.task, others) for field in form.fields),
        problems=tuple(f"{words} {_could(able)}".strip() for words in form.problems)
        if cannot
        else form.problems,
        elsewhere=_more(form, here, others),
    )


def _said(field: Field, task: Task, others: Mapping[str, Capabilities]) -> Field:
    """A field that cannot be set here says where it can."""
    if not field.unavailable:
        return field
    able = (name for name, can in others.items() if task in can.tasks and _honours(can, field.name))
    return replace(field, unavailable=f"{field.unavailable} {_could(able)}".strip())


def _could(names: Iterable[str]) -> str:
    able = tuple(names)
    if len(able) < 2:
        return "".join(f"{name} could." for name in able)
    return f"{', '.join(able[:-1])} and {able[-1]} could."


def _more(form: Form, here: Capabilities, others: Mapping[str, Capabilities]) -> str:
    """What is missing here altogether, by who has it."""
    who: dict[tuple[str, ...], list[str]] = {}
    for words, names in _missing(form, here, others):
        who.setdefault(names, []).append(words)
    parts = (f"{', '.join(words)} ({', '.join(names)})" for names, words in who.items())
    said = " · ".join(parts)
    return f"Elsewhere: {said}" if said else ""


def _missing(
    form: Form, here: Capabilities, others: Mapping[str, Capabilities]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    for name, label in STANDARD_LABELS.items():
        if form.field(name) is None and belongs(name, form.task) and not _honours(here, name):
            able = tuple(who for who, can in others.items() if form.task in can.tasks and _honours(can, name))
            if able:
                yield label if label.isupper() else label.lower(), able
    for task, deed in _DEEDS.items():
        able = tuple(who for who, can in others.items() if task in can.tasks)
        if able and task not in here.tasks:
            yield deed, able


def _honours(can: Capabilities, name: str) -> bool:
    return name not in can.missing and name in (_OF_GRAPHS if can.runs_graphs else can.fields)
