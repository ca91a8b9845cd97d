"""Samplers and schedules by the names of each kind of server."""

import pytest

from tui.domain.forms import ChoiceField, Form
from tui.domain.request import FieldValue, Task
from tui.protocol.fooocus_offer import SAMPLERS as FOOOCUS
from tui.protocol.fooocus_offer import SCHEDULERS as FOOOCUS_SCHEDULES
from tui.protocol.invokeai_samplers import SAMPLERS as INVOKEAI
from tui.services.fitting import fitted

COMFYUI = (
    "euler",
    "euler_ancestral",
    "heun",
    "dpm_2",
    "dpm_2_ancestral",
    "dpmpp_2s_ancestral",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_2m_sde_gpu",
    "dpmpp_3m_sde",
    "ddim",
    "uni_pc",
)
COMFYUI_SCHEDULES = ("simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal")
A1111 = (
    "DPM++ 2M",
    "DPM++ 2M SDE",
    "DPM++ 3M SDE",
    "DPM++ 2S a",
    "Euler a",
    "Euler",
    "Heun",
    "DPM2",
    "DPM2 a",
    "DDIM",
    "PLMS",
    "UniPC",
)
A1111_SCHEDULES = ("automatic", "uniform", "karras", "exponential", "sgm_uniform", "ddim", "beta")


def form(samplers: tuple[str, ...], schedules: tuple[str, ...]) -> Form:
    fields = [ChoiceField(name="sampler", label="Sampler", choices=samplers, default=samplers[0])]
    if schedules:
        fields.append(
            ChoiceField(name="scheduler", label="Scheduler", choices=schedules, default=schedules[0])
        )
    return Form(workflow="x", title="X", task=Task.TEXT_TO_IMAGE, fields=tuple(fields))


FORMS = {
    "comfyui": form(COMFYUI, COMFYUI_SCHEDULES),
    "a1111": form(A1111, A1111_SCHEDULES),
    "invokeai": form(INVOKEAI, ()),
    "fooocus": form(FOOOCUS, FOOOCUS_SCHEDULES),
}


@pytest.mark.parametrize(
    ("kind", "sampler", "scheduler", "there", "becomes"),
    [
        ("comfyui", "dpmpp_2m", "karras", "a1111", ("DPM++ 2M", "karras")),
        ("comfyui", "dpmpp_2m", "karras", "invokeai", ("dpmpp_2m_k",)),
        ("comfyui", "dpm_2_ancestral", "normal", "invokeai", ("kdpm_2_a",)),
        ("comfyui", "dpmpp_3m_sde", "karras", "invokeai", ("dpmpp_3m_k",)),
        ("comfyui", "euler", "simple", "fooocus", ("euler", "simple")),
        ("a1111", "DPM++ 2S a", "karras", "comfyui", ("dpmpp_2s_ancestral", "karras")),
        ("a1111", "DPM++ 2M SDE", "exponential", "comfyui", ("dpmpp_2m_sde", "exponential")),
        ("a1111", "DPM2 a", "automatic", "invokeai", ("kdpm_2_a",)),
        ("a1111", "PLMS", "automatic", "invokeai", ("pndm",)),
        ("a1111", "UniPC", "karras", "fooocus", ("uni_pc", "karras")),
        ("invokeai", "dpmpp_2m_k", None, "comfyui", ("dpmpp_2m", "karras")),
        ("invokeai", "kdpm_2_a_k", None, "a1111", ("DPM2 a", "karras")),
        ("invokeai", "euler_a", None, "comfyui", ("euler_ancestral",)),
        ("invokeai", "dpmpp_2m_sde_k", None, "fooocus", ("dpmpp_2m_sde", "karras")),
        ("fooocus", "dpmpp_2m_sde_gpu", "karras", "comfyui", ("dpmpp_2m_sde_gpu", "karras")),
        ("fooocus", "euler_ancestral", "ddim_uniform", "a1111", ("Euler a", "ddim")),
    ],
)
def test_a_sampler_goes_by_the_other_servers_word(
    kind: str, sampler: str, scheduler: str | None, there: str, becomes: tuple[str, ...]
) -> None:
    fit = fitted(FORMS[there], {"sampler": sampler, "scheduler": scheduler}, there)
    assert tuple(fit.values.values()) == becomes, kind
    assert fit.losses == ()


@pytest.mark.parametrize(
    ("sampler", "scheduler", "there", "said"),
    [
        ("dpmpp_2m", "exponential", "invokeai", "invokeai has no use for: scheduler."),
        ("tcd", None, "a1111", "Sampler “tcd” is not there: “DPM++ 2M” instead."),
        ("er_sde_k", None, "comfyui", "Sampler “er_sde” is not there: “euler” instead."),
    ],
)
def test_what_the_other_server_lacks_is_said(
    sampler: str, scheduler: FieldValue, there: str, said: str
) -> None:
    assert fitted(FORMS[there], {"sampler": sampler, "scheduler": scheduler}, there).losses == (said,)
