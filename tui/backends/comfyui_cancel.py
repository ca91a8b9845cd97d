"""Stopping one ComfyUI job and no other, on servers of any age."""

from tui.backends.comfyui_api import ComfyUIApi

_ROUNDS = 3
"""A job may begin between the look at the queue and its removal; then it is looked at again."""


async def cancel_job(api: ComfyUIApi, prompt_id: str) -> None:
    """Drop the job if it waits, stop it if it runs, do nothing if it is over."""
    if await api.cancel(prompt_id) is not None:
        return
    for _ in range(_ROUNDS):
        queue = await api.queue()
        if queue.is_running(prompt_id):
            # servers before 0.3.56 stop whatever runs: it has just been seen to be this job
            await api.interrupt(prompt_id)
            return
        if queue.position(prompt_id) is None:
            return
        await api.delete(prompt_id)
