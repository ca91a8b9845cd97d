"""Sampler names of other servers, in InvokeAI's one word for sampler and schedule."""

import pytest

from tui.protocol.invokeai_samplers import SAMPLERS, sampler_of


@pytest.mark.parametrize(
    ("sampler", "schedule", "word"),
    [
        ("euler", None, "euler"),
        ("euler_ancestral", "normal", "euler_a"),
        ("Euler a", "Automatic", "euler_a"),
        ("DPM++ 2M", "Karras", "dpmpp_2m_k"),
        ("DPM++ 2M Karras", None, "dpmpp_2m_k"),
        ("dpmpp_2m_sde_gpu", "karras", "dpmpp_2m_sde_k"),
        ("uni_pc", "simple", "unipc"),
        ("kdpm_2_a", "karras", "kdpm_2_a_k"),
        ("dpmpp_2m_k", "karras", "dpmpp_2m_k"),
        ("something_new", "karras", "something_new"),
    ],
)
def test_a_sampler_is_called_as_invokeai_calls_it(sampler: str, schedule: str | None, word: str) -> None:
    assert sampler_of(sampler, schedule) == (word, "")


def test_a_schedule_that_it_lacks_is_said() -> None:
    word, note = sampler_of("euler", "beta")
    assert word == "euler"
    assert note == "InvokeAI has no beta schedule for euler: its own is used."


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_its_own_words_stay(sampler: str) -> None:
    assert sampler_of(sampler) == (sampler, "")
