"""The samplers: the painter at work on a latent, step by step."""

from dataclasses import replace

from PIL import Image

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Conditioning, Latent, Model, at
from tui.demo.painter.brief import Brief, ControlPicture
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
    return result(_painted(context, brief, latent_image, denoise, range(1, steps + 1)))


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
    # a chain hands its half-done picture on: only what keeps its noise stays unfinished
    shown = range(start_at_step + 1, last + 1)
    denoise = 1 - start_at_step / steps
    painted = _painted(context, brief, latent_image, denoise, shown, return_with_leftover_noise == "enable")
    return result(painted)


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
    context: NodeContext,
    brief: Brief,
    latent: Latent,
    denoise: float,
    shown: range,
    leave_noise: bool = False,
) -> Latent:
    processes = [
        Process(
            brief=brief.for_picture(index),
            start=None if latent.is_empty else picture,
            size=picture.size,
            denoise=denoise,
            mask=None if latent.noise_mask is None else at(latent.noise_mask, index),
        )
        for index, picture in enumerate(latent.pictures)
    ]
    total = len(shown)
    for done, _step in enumerate(shown, start=1):
        context.step(done, total, processes[0].after(done / total))
    reached = 0.98 if leave_noise else 1.0
    pictures: tuple[Image.Image, ...] = tuple(process.after(reached) for process in processes)
    return replace(latent, pictures=pictures, is_empty=False)
