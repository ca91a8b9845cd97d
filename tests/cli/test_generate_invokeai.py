"""The same command against InvokeAI: same words, same events, same codes."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Latentui
from tests.support.invokeai_peer import stranger_graph
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.waiting import until

SMALL = ("--size", "64x64", "--steps", "3")
At = tuple[str, ...]


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


@pytest.fixture
def at_invokeai(server: InvokeAIServer) -> At:
    """The words that choose it."""
    return ("--kind", "invokeai", "--url", server.url)


async def test_a_prompt_becomes_one_file_with_progress_and_previews(
    latentui: Latentui, at_invokeai: At
) -> None:
    ended = await latentui(
        "generate", "a lighthouse", *at_invokeai, *SMALL, "--seed", "7", "--json", "-o", "out/"
    )
    assert ended.code == 0, ended.err
    assert {"queued", "started", "progress", "preview", "output", "completed"} <= {
        event["event"] for event in ended.events
    }
    (output,) = ended.named("output")
    assert output["seed"] == 7
    assert Path(output["path"]).read_bytes().startswith(b"\x89PNG")


async def test_a_picture_and_its_mask_arrive_with_black_for_repaint(
    latentui: Latentui, server: InvokeAIServer, at_invokeai: At
) -> None:
    Image.effect_noise((64, 64), 90).convert("RGB").save(latentui.folder / "p.png")
    mask = Image.new("L", (64, 64))
    mask.paste(255, (16, 16, 48, 48))
    mask.save(latentui.folder / "m.png")
    ended = await latentui(
        "generate",
        "a door",
        *at_invokeai,
        "--steps",
        "3",
        "--image",
        "p.png",
        "--mask",
        "m.png",
        "-o",
        "o.png",
    )
    assert ended.code == 0, ended.err
    sent = Image.open(BytesIO(server.pictures[server.uploads[-1]]))
    assert (sent.getpixel((32, 32)), sent.getpixel((2, 2))) == (0, 255)


async def test_ctrl_c_cancels_this_job_and_no_other(
    latentui: Latentui, server: InvokeAIServer, at_invokeai: At
) -> None:
    process = await latentui.start(
        "generate", "x", *at_invokeai, "--steps", "400", "--size", "64x64", "--json"
    )
    await until(lambda: any(item.status == "in_progress" for item in server.items.values()), 30)
    theirs = server.add(stranger_graph(), "their-tab")
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(30):
        ended = await latentui.end_of(process)
    assert ended.code == 130
    assert json.loads(ended.out.splitlines()[-1])["event"] == "cancelled"
    assert server.items[1].status == "canceled"
    await until(lambda: theirs.is_over)
    assert theirs.status == "completed"


async def test_what_cannot_be_is_said_with_its_code(
    latentui: Latentui, server: InvokeAIServer, at_invokeai: At
) -> None:
    server.users = {"ada@example.com": "secret"}
    refused = await latentui("generate", "x", *at_invokeai, *SMALL)
    assert refused.code == 3
    assert "asks for a login" in refused.err
    server.users = {}
    wrong = await latentui("generate", "x", *at_invokeai, *SMALL, "--checkpoint", "nope")
    assert wrong.code == 2
    assert not server.items


async def test_status_and_models_are_told(latentui: Latentui, at_invokeai: At) -> None:
    status = await latentui("status", *at_invokeai)
    assert (status.code, "InvokeAI 6.14.2 · CPU" in status.out) == (0, True)
    models = await latentui("models", *at_invokeai)
    assert "tiny-sd15" in models.out
    assert "tiny-lora" in models.out
