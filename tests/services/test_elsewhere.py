"""What a server's form lacks, and who has it."""

from types import MappingProxyType

from tui.domain.forms import ChoiceField, Form, TextField
from tui.domain.request import Task
from tui.domain.server import Capabilities
from tui.services.elsewhere import with_elsewhere

TEXT = Task.TEXT_TO_IMAGE
COMFYUI = Capabilities(tasks=frozenset(Task), runs_graphs=True)
PLAIN = Capabilities(
    tasks=frozenset({TEXT, Task.IMAGE_TO_IMAGE}),
    fields=frozenset({"prompt", "sampler"}),
    missing=MappingProxyType(
        {"scheduler": "Its samplers bring their own.", Task.CONTROL: "It has no ControlNet."}
    ),
)
STYLED = Capabilities(
    tasks=frozenset(Task) - {Task.CUSTOM},
    fields=frozenset({"prompt", "sampler", "scheduler", "styles", "vae"}),
)
FORM = Form(
    workflow="x",
    title="X",
    task=TEXT,
    fields=(
        TextField(name="prompt", label="Prompt"),
        ChoiceField(name="sampler", label="Sampler"),
        ChoiceField(name="scheduler", label="Scheduler", unavailable="Its samplers bring their own."),
    ),
)


def test_a_form_says_who_has_what_it_lacks() -> None:
    form = with_elsewhere(FORM, PLAIN, {"Fooocus": STYLED, "gpu-box": COMFYUI})
    assert "styles, VAE (Fooocus)" in form.elsewhere
    assert "inpainting, ControlNet, enlarging (Fooocus, gpu-box)" in form.elsewhere
    assert "ComfyUI workflows (gpu-box)" in form.elsewhere
    scheduler = form.field("scheduler")
    assert scheduler is not None
    assert scheduler.unavailable == "Its samplers bring their own. Fooocus and gpu-box could."


def test_a_task_that_a_server_cannot_do_names_those_that_can() -> None:
    control = Form(workflow="c", title="C", task=Task.CONTROL, fields=(), problems=("It has no ControlNet.",))
    form = with_elsewhere(control, PLAIN, {"Fooocus": STYLED})
    assert form.problems == ("It has no ControlNet. Fooocus could.",)


def test_nobody_is_named_who_cannot_or_where_nothing_is_missing() -> None:
    assert with_elsewhere(FORM, PLAIN, {}) == FORM
    assert with_elsewhere(FORM, COMFYUI, {"other": COMFYUI}).elsewhere == ""
    assert "scheduler" not in with_elsewhere(FORM, PLAIN, {"other": PLAIN}).elsewhere
