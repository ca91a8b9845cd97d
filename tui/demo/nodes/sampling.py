"""The samplers: the painter at work on a latent, step by step."""

from dataclasses import replace
from math import ceil

from PIL import Image

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Conditioning, Latent, Model, at
from tui.demo.painter.brief import Brief, ControlPicture
from tui.demo.painter.noise import clouds
from tui.demo.painter.process import Process


@node("KSampler")
def sample(
    context: NodeContext,
    model: Model,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: float,
) -> NodeResult:
    """From `denoise` 0, the input to the bit, to 1, which does not look at it."""
    brief = _brief(model, seed, steps, cfg, f"{sampler_name}/{scheduler}", positive, negative)
    if denoise <= 0:
        return result(latent_image)
    return result(_painted(context, brief, latent_image, denoise, steps))


@node("KSamplerAdvanced")
def sample_advanced(
    context: NodeContext,
    model: Model,
    add_noise: str,
    noise_seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: int,
    end_at_step: int,
    return_with_leftover_noise: str,
) -> NodeResult:
    """A part of the way: starting later is what a lower denoise is elsewhere."""
    del add_noise
    brief = _brief(model, noise_seed, steps, cfg, f"{sampler_name}/{scheduler}", positive, negative)
    last = min(end_at_step, steps)
    if start_at_step >= last:
        return result(latent_image)
    denoise = 1 - start_at_step / steps
    keeps_noise = return_with_leftover_noise == "enable" and last < steps
    return result(_painted(context, brief, latent_image, denoise, last - start_at_step, keeps_noise))


def _brief(
    model: Model,
    seed: int,
    steps: int,
    cfg: float,
    method: str,
    positive: Conditioning,
    negative: Conditioning,
) -> Brief:
    controls = tuple(
        ControlPicture(control.image, control.strength * max(0.0, control.end - control.start))
        for control in positive.controls
    )
    return Brief(
        prompt=", ".join(positive.texts),
        negative_prompt=", ".join(negative.texts),
        seed=seed,
        steps=steps,
        cfg=cfg,
        method=method,
        checkpoint=model.checkpoint,
        loras=model.loras,
        controls=controls,
    )


def _painted(
    context: NodeContext, brief: Brief, latent: Latent, denoise: float, steps: int, keeps_noise: bool = False
) -> Latent:
    processes = [
        Process(
            brief=brief.for_picture(index),
            start=picture,
            uses_start=not latent.is_empty,
            size=picture.size,
            denoise=denoise,
            mask=None if latent.noise_mask is None else at(latent.noise_mask, index),
        )
        for index, picture in enumerate(latent.pictures)
    ]
    for step in range(1, steps + 1):
        due = ceil(len(processes) * step / steps)  # a batch is painted along the way, not all at the end
        for process in processes[:due]:
            process.finished()
        context.step(step, steps, processes[0].glimpse(step / steps))
    pictures = tuple(process.finished() for process in processes)
    if keeps_noise:
        pictures = tuple(
            Image.blend(picture, clouds(brief.dice("leftover"), picture.size, 24, 2, "RGB"), 0.08)
            for picture in pictures
        )
    return replace(latent, pictures=pictures, is_empty=False)
