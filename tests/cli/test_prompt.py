"""`latentui prompt` and `generate --enhance`, as processes beside a real llama.cpp server."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Latentui
from tests.support.chat_server import ChatServer, chat_server, saying
from tests.support.llama_server import LlamaServer, llama_server
from tests.support.waiting import until

At = tuple[str, ...]
SMALL = ("--size", "64x64", "--steps", "2")


@pytest.fixture
async def llama(tmp_path: Path) -> AsyncIterator[LlamaServer]:
    async with llama_server(tmp_path / "llm") as server:
        yield server


@pytest.fixture
async def scripted() -> AsyncIterator[ChatServer]:
    async with chat_server() as server:
        yield server


@pytest.mark.parametrize(
    "words", [("expand", "a fox"), ("rewrite", "a fox", "at night"), ("negative", "a fox")]
)
async def test_one_proposal_is_one_line(latentui: Latentui, llama: LlamaServer, words: At) -> None:
    ended = await latentui("prompt", *words, "--url", llama.url)
    assert ended.code == 0, ended.err
    assert len(ended.out.splitlines()) == 1
    assert len(ended.out.split()) > 3


async def test_a_language_server_tells_its_models_and_how_it_is(
    latentui: Latentui, llama: LlamaServer
) -> None:
    where = ("--kind", "lmstudio", "--url", llama.url)
    ended = await latentui("models", *where)
    assert (ended.code, ended.out) == (0, "models:\n  tiny-llm\n")
    assert json.loads((await latentui("models", *where, "--json")).out)["models"] == ["tiny-llm"]
    ended = await latentui("status", *where)
    assert ended.code == 0
    assert "llama.cpp · tiny-llm" in ended.out


async def test_json_tells_the_proposals_and_who_wrote_them(latentui: Latentui, llama: LlamaServer) -> None:
    ended = await latentui(
        "prompt", "expand", "a fox <lora:ink:1>", "--url", llama.url, "--json", "--seed", "3"
    )
    told = json.loads(ended.out)
    assert told["model"] == "tiny-llm"
    assert told["note"] is None
    assert told["proposals"][0].endswith(" <lora:ink:1>")


async def test_variations_are_a_line_each(latentui: Latentui, scripted: ChatServer) -> None:
    scripted.chat = saying("1. a fox at dawn\n2. a fox at night\n")
    ended = await latentui("prompt", "variations", "a fox", "--count", "3", "--url", scripted.url)
    assert ended.out.splitlines() == ["a fox at dawn", "a fox at night"]
    assert "wrote 2 of 3" in ended.err


async def test_a_picture_is_described(latentui: Latentui, scripted: ChatServer) -> None:
    Image.new("RGB", (2048, 64), "red").save(latentui.folder / "fox.png")
    ended = await latentui("prompt", "describe", "fox.png", "--url", scripted.url)
    assert (ended.code, ended.out) == (0, "a fox in deep snow\n")
    assert scripted.asked[0]["messages"][1]["content"][1]["image_url"]["url"].startswith("data:image/jpeg;")


async def test_a_blind_model_is_said(latentui: Latentui, llama: LlamaServer) -> None:
    Image.new("RGB", (64, 64), "red").save(latentui.folder / "fox.png")
    ended = await latentui("prompt", "describe", "fox.png", "--url", llama.url)
    assert (ended.code, ended.out) == (2, "")
    assert "does not see pictures" in ended.err


async def test_what_cannot_be_asked_ends_with_2(latentui: Latentui) -> None:
    ended = await latentui("prompt", "negative", "a fox", "--checkpoint", "flux1-dev")
    assert ended.code == 2
    assert "take no negative prompt" in ended.err
    ended = await latentui("prompt", "expand", "a fox")
    assert ended.code == 2
    assert "No language server is switched on." in ended.err


async def test_a_partner_that_is_away_ends_with_3(latentui: Latentui, unused_tcp_port: int) -> None:
    ended = await latentui("prompt", "expand", "a fox", "--url", f"http://127.0.0.1:{unused_tcp_port}")
    assert (ended.code, ended.out) == (3, "")
    assert "refused the connection" in ended.err


async def test_ctrl_c_stops_the_server(latentui: Latentui, scripted: ChatServer) -> None:
    scripted.gate.clear()  # it never ends its answer by itself
    process = await latentui.start("prompt", "expand", "a fox", "--url", scripted.url)
    await until(lambda: scripted.asked)
    process.send_signal(signal.SIGINT)
    ended = await latentui.end_of(process)
    assert (ended.code, ended.out) == (130, "")
    await until(scripted.left.is_set)


async def test_an_enhanced_prompt_makes_the_picture_and_both_are_told(
    latentui: Latentui, at: At, scripted: ChatServer
) -> None:
    scripted.chat = saying("a red fox in deep snow")
    ended = await latentui(
        "generate", "a fox", *at, *SMALL, "--enhance", "--partner", scripted.url, "--json", "-o", "fox.png"
    )
    assert ended.code == 0, ended.err
    assert ended.named("note")[0]["message"] == "The prompt “a fox” became “a red fox in deep snow”."
    with Image.open(latentui.folder / "fox.png") as picture:
        graph = json.loads(picture.text["prompt"])  # type: ignore[attr-defined]  # a PNG has it
    assert "a red fox in deep snow" in json.dumps(graph)


async def test_without_json_the_enhanced_prompt_is_told_on_stderr(
    latentui: Latentui, at: At, llama: LlamaServer
) -> None:
    ended = await latentui(
        "generate", "a fox", *at, *SMALL, "--enhance", "--partner", llama.url, "-o", "fox.png"
    )
    assert (ended.code, ended.out) == (0, f"{latentui.folder / 'fox.png'}\n")
    assert "The prompt “a fox” became “" in ended.err


async def test_a_partner_that_fails_ends_it_and_nothing_is_made(
    latentui: Latentui, at: At, scripted: ChatServer
) -> None:
    scripted.chat, scripted.is_cut = saying("a red ")[:1], True
    ended = await latentui(
        "generate", "a fox", *at, *SMALL, "--enhance", "--partner", scripted.url, "-o", "fox.png"
    )
    assert (ended.code, ended.out) == (3, "")
    assert "broke off" in ended.err
    assert not (latentui.folder / "fox.png").exists()
