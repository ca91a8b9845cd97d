"""InvokeAI's samplers: one word there for sampler and noise schedule, two words elsewhere."""

SAMPLERS = (
    "euler",
    "euler_a",
    "euler_k",
    "ddim",
    "ddpm",
    "deis",
    "deis_k",
    "lms",
    "lms_k",
    "pndm",
    "heun",
    "heun_k",
    "kdpm_2",
    "kdpm_2_k",
    "kdpm_2_a",
    "kdpm_2_a_k",
    "dpmpp_2s",
    "dpmpp_2s_k",
    "dpmpp_2m",
    "dpmpp_2m_k",
    "dpmpp_2m_sde",
    "dpmpp_2m_sde_k",
    "dpmpp_3m",
    "dpmpp_3m_k",
    "dpmpp_sde",
    "dpmpp_sde_k",
    "er_sde",
    "unipc",
    "unipc_k",
    "lcm",
    "tcd",
)
"""As 6.14 has them. It tells them only in `/openapi.json`, which holds up the whole server for seconds;
one that is missing here can be typed, and one that it lacks is refused in words."""

_ELSEWHERE = {
    "euler_ancestral": "euler_a",
    "dpm_2": "kdpm_2",
    "dpm2": "kdpm_2",
    "dpm_2_ancestral": "kdpm_2_a",
    "dpm2_a": "kdpm_2_a",
    "dpmpp_2s_ancestral": "dpmpp_2s",
    "dpmpp_2s_a": "dpmpp_2s",
    "dpmpp_2m_sde_gpu": "dpmpp_2m_sde",
    "dpmpp_sde_gpu": "dpmpp_sde",
    "dpmpp_3m_sde": "dpmpp_3m",
    "uni_pc": "unipc",
    "uni_pc_bh2": "unipc",
    "plms": "pndm",
}
"""ComfyUI's and A1111's words for the same."""

_PLAIN_SCHEDULES = frozenset({"", "normal", "automatic", "simple", "uniform"})


def sampler_of(sampler: str, schedule: str | None = None) -> tuple[str, str]:
    """InvokeAI's word for a sampler and a schedule of any server, and a note about what it lacks.

    An unknown sampler is passed on as it is: the server says what it thinks of it.
    """
    word = sampler.strip()
    if word not in SAMPLERS:
        word = sampler.strip().lower().replace("++", "pp").replace(" ", "_")
        if word.endswith("_karras"):
            word, schedule = word.removesuffix("_karras"), "karras"
        word = _ELSEWHERE.get(word, word)
    if word not in SAMPLERS:
        return sampler, ""
    return _scheduled(word, (schedule or "").strip().lower())


def _scheduled(word: str, schedule: str) -> tuple[str, str]:
    if schedule in _PLAIN_SCHEDULES or word.endswith("_k"):
        return word, ""
    if schedule == "karras" and f"{word}_k" in SAMPLERS:
        return f"{word}_k", ""
    return word, f"InvokeAI has no {schedule} schedule for {word}: its own is used."
