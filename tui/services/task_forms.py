"""Forms for servers that run no graphs: made of what their catalog and capabilities offer."""

from collections.abc import Mapping

from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PicksField,
    PictureField,
    SeedField,
    TextField,
    WorkflowSummary,
)
from tui.domain.request import FieldValue, Task
from tui.domain.server import Capabilities, Catalog
from tui.workflow.slots import FOLLOWING_LABELS, STANDARD_LABELS
from tui.workflow.templates import WorkflowTemplate

_ORDER = (
    "prompt",
    "negative_prompt",
    "init_image",
    "mask",
    "control_image",
    "controlnet",
    "preprocessor",
    "control_strength",
    "upscaler",
    "outpaint",
    "denoise",
    "checkpoint",
    "vae",
    "loras",
    "styles",
    "performance",
    "width",
    "height",
    "steps",
    "cfg_scale",
    "sampler",
    "scheduler",
    "seed",
    "batch_size",
)
_PICTURE_TASKS = {Task.IMAGE_TO_IMAGE, Task.INPAINT}
_CONTROL_FIELDS = {"control_image", "controlnet", "preprocessor", "control_strength"}
_NEEDED = {
    Task.TEXT_TO_IMAGE: {"prompt"},
    Task.IMAGE_TO_IMAGE: {"prompt", "init_image"},
    Task.INPAINT: {"prompt", "init_image", "mask"},
    Task.CONTROL: {"prompt", "control_image"},
    Task.UPSCALE: {"init_image", "upscaler"},
}
_NUMBERS = {
    # default, least, most, step: as wide as any server of these kinds accepts
    "steps": (20, 1, 1000, 1),
    "batch_size": (1, 1, 64, 1),
    "width": (512, 64, 8192, 8),
    "height": (512, 64, 8192, 8),
}
_NO_STYLE = "none"
_FRACTIONS = {
    "cfg_scale": (7.0, 0.0, 100.0, 0.5),
    "denoise": (0.75, 0.0, 1.0, 0.05),
    "control_strength": (1.0, 0.0, 2.0, 0.05),
}


def task_summaries(
    capabilities: Capabilities, templates: Mapping[str, WorkflowTemplate]
) -> tuple[WorkflowSummary, ...]:
    """One workflow for each task that the server can do, named like the template for that task."""
    return tuple(
        WorkflowSummary(
            name=template.name, title=template.title, description=template.description, task=template.task
        )
        for template in templates.values()
        if template.task in capabilities.tasks
    )


def task_form(
    template: WorkflowTemplate,
    capabilities: Capabilities,
    catalog: Catalog,
    defaults: Mapping[str, FieldValue],
) -> Form:
    """The form for the template's task, with the fields that the server honours."""
    task = template.task
    defaults = {**catalog.defaults, **{name: value for name, value in defaults.items() if value is not None}}
    problems = () if task in capabilities.tasks else (_cannot(template, capabilities),)
    fields = tuple(
        _field(name, task, capabilities, catalog, defaults)
        for name in _ORDER
        if belongs(name, task) and _is_known(name, task, capabilities)
    )
    lacking = tuple(field.unavailable for field in fields if field.is_required and field.unavailable)
    return Form(
        workflow=template.name,
        title=template.title,
        task=task,
        fields=fields,
        problems=tuple(dict.fromkeys((*problems, *lacking))),
    )


def _cannot(template: WorkflowTemplate, capabilities: Capabilities) -> str:
    return capabilities.missing.get(template.task) or f"This server cannot do “{template.title}”."


def belongs(name: str, task: Task) -> bool:
    """Whether a field means anything for a task."""
    if task is Task.UPSCALE:
        return name in ("init_image", "upscaler")
    if name in _CONTROL_FIELDS:
        return task is Task.CONTROL
    if name in ("mask", "outpaint"):
        return task is Task.INPAINT
    if name in ("init_image", "denoise"):
        return task in _PICTURE_TASKS
    return name != "upscaler"


def _is_known(name: str, task: Task, capabilities: Capabilities) -> bool:
    """Whether the server honours a field, or says why it does not."""
    is_needed = name in _NEEDED.get(task, ()) and task in capabilities.tasks
    return is_needed or name in capabilities.fields or name in capabilities.missing


def _field(
    name: str, task: Task, capabilities: Capabilities, catalog: Catalog, defaults: Mapping[str, FieldValue]
) -> Field:
    label = STANDARD_LABELS[name]
    unavailable = capabilities.missing.get(name, "")
    is_required = name in _NEEDED.get(task, ()) and not _is_spared(name, capabilities)
    match name:
        case "styles":
            return PicksField(
                name=name,
                label=label,
                choices=(_NO_STYLE, *catalog.styles) if catalog.styles else (),
                alone=_NO_STYLE,
                when_empty="the server's own",
                unavailable=unavailable,
            )
        case "outpaint":
            sides = catalog.choices.get(name, ())
            return PicksField(name=name, label=label, choices=sides, unavailable=unavailable)
        case "prompt" | "negative_prompt":
            return TextField(
                name=name, label=label, is_required=is_required, is_multiline=True, unavailable=unavailable
            )
        case "seed":
            return SeedField(name=name, label=label, unavailable=unavailable)
        case "init_image" | "mask" | "control_image":
            is_mask = name == "mask"
            return PictureField(
                name=name, label=label, is_required=is_required, is_mask=is_mask, unavailable=unavailable
            )
        case "loras":
            return LorasField(name=name, label=label, choices=catalog.loras, unavailable=unavailable)
        case _ if name in _NUMBERS:
            return _integer(name, task, capabilities, defaults)
        case _ if name in _FRACTIONS:
            return _fraction(name, label, unavailable, defaults)
        case _:
            return _choice(name, label, is_required, unavailable, catalog, defaults)


def _is_spared(name: str, capabilities: Capabilities) -> bool:
    """Whether another field can stand in: where a picture can be widened, it needs no mask."""
    return name == "mask" and "outpaint" in capabilities.fields


def _integer(
    name: str, task: Task, capabilities: Capabilities, defaults: Mapping[str, FieldValue]
) -> IntegerField:
    default, minimum, maximum, step = _NUMBERS[name]
    label, wanted = STANDARD_LABELS[name], defaults.get(name)
    if name in FOLLOWING_LABELS and task in _PICTURE_TASKS:
        label, default, minimum, wanted = FOLLOWING_LABELS[name], 0, 0, None
    if name == "steps" and "performance" in capabilities.fields:
        label, default, minimum = "Steps (0: usual)", 0, 0
    return IntegerField(
        name=name,
        label=label,
        default=wanted if isinstance(wanted, int) else default,
        minimum=minimum,
        maximum=maximum,
        step=step,
        unavailable=capabilities.missing.get(name, ""),
    )


def _fraction(name: str, label: str, unavailable: str, defaults: Mapping[str, FieldValue]) -> NumberField:
    default, minimum, maximum, step = _FRACTIONS[name]
    wanted = defaults.get(name)
    return NumberField(
        name=name,
        label=label,
        default=float(wanted) if isinstance(wanted, int | float) else default,
        minimum=minimum,
        maximum=maximum,
        step=step,
        unavailable=unavailable,
    )


def _choice(
    name: str,
    label: str,
    is_required: bool,
    unavailable: str,
    catalog: Catalog,
    defaults: Mapping[str, FieldValue],
) -> ChoiceField:
    choices = {
        "checkpoint": catalog.checkpoints,
        "sampler": catalog.samplers,
        "scheduler": catalog.schedulers,
        "upscaler": catalog.upscalers,
        "controlnet": catalog.controlnets,
    }.get(name) or catalog.choices.get(name, ())
    wanted = defaults.get(name)
    if not unavailable and not choices and is_required:
        unavailable = f"This server has no {label.lower()} to choose from."
    return ChoiceField(
        name=name,
        label=label,
        is_required=is_required,
        choices=choices,
        default=wanted if isinstance(wanted, str) else next(iter(choices), ""),
        unavailable=unavailable,
    )
