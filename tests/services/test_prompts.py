"""Prompt help: what is asked of a language server, and what of its answer is proposed."""

import base64
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from tests.support.chat_server import ChatServer, chat_server, chunk, saying
from tests.support.llama_server import LlamaServer, llama_server, until_idle
from tui.domain.errors import InputError, PictureError, ServerError, ServerUnreachableError
from tui.services.bundle import Services, open_services
from tui.services.prompts import HelpRequest, PartnerThinks, PromptHelp, ProposalGrew, ProposalReady

EXPAND = HelpRequest(help=PromptHelp.EXPAND, prompt="a fox", seed=7)


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    """The real services; no server is on."""
    async with open_services(watches=False) as opened:
        yield opened


@pytest.fixture
async def scripted(services: Services) -> AsyncIterator[ChatServer]:
    """The language server of the settings, which says what a test tells it."""
    async with chat_server() as server:
        await services.settings.put_server(server.settings)
        yield server


async def partner(services: Services, server: LlamaServer) -> Services:
    """The services with this language server switched on."""
    await services.settings.put_server(server.settings)
    return services


async def proposal(services: Services, request: HelpRequest) -> ProposalReady:
    """How the help ended."""
    events = [event async for event in services.prompts.help(request)]
    last = events[-1]
    assert isinstance(last, ProposalReady)
    return last


def seen(server: ChatServer) -> str:
    """What the model was given to read besides its instructions."""
    content = server.asked[-1]["messages"][1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


async def test_a_real_server_streams_an_expansion(services: Services, tmp_path: Path) -> None:
    async with llama_server(tmp_path) as server:
        events = [event async for event in (await partner(services, server)).prompts.help(EXPAND)]
        grown = [event.text for event in events if isinstance(event, ProposalGrew)]
        assert len(grown) > 2
        assert all(later.startswith(earlier) for earlier, later in pairwise(grown))
        last = events[-1]
        assert isinstance(last, ProposalReady)
        assert last.proposals[0]
        assert last.model == "tiny-llm"


async def test_a_real_server_keeps_loras_weights_and_wildcards(services: Services, tmp_path: Path) -> None:
    async with llama_server(tmp_path) as server:
        prompt = "a fox <lora:ink:0.8>, (deep snow:1.3), __weather__, {red|blue} sky, embedding:easyneg"
        ready = await proposal(await partner(services, server), replace(EXPAND, prompt=prompt))
        for part in ("<lora:ink:0.8>", "(deep snow:1.3)", "__weather__", "{red|blue}", "embedding:easyneg"):
            assert ready.proposals[0].count(part) == 1


async def test_a_killed_server_proposes_nothing(services: Services, tmp_path: Path) -> None:
    seen_events: list[object] = []

    async def watch_and_kill(server: LlamaServer) -> None:
        async for event in services.prompts.help(EXPAND):
            seen_events.append(event)
            await server.kill()

    async with llama_server(tmp_path, is_slow=True) as server:
        await partner(services, server)
        with pytest.raises(ServerUnreachableError, match="broke off"):
            await watch_and_kill(server)
    assert seen_events
    assert not any(isinstance(event, ProposalReady) for event in seen_events)


async def test_leaving_stops_the_real_server(services: Services, tmp_path: Path) -> None:
    async with llama_server(tmp_path, is_slow=True) as server:
        await partner(services, server)
        async with aclosing(services.prompts.help(EXPAND)) as events:
            await anext(events)
            assert await server.busy_slots() == 1
        await until_idle(server)


async def test_a_real_server_that_is_blind_says_so(services: Services, tmp_path: Path) -> None:
    picture = tmp_path / "fox.png"
    Image.new("RGB", (64, 64), "red").save(picture)
    async with llama_server(tmp_path / "llm") as server:
        with pytest.raises(ServerError, match="does not see pictures"):
            await proposal(
                await partner(services, server), HelpRequest(help=PromptHelp.DESCRIBE, picture=str(picture))
            )


@pytest.mark.parametrize(("mode", "size"), [("RGBA", (3000, 1000)), ("L", (64, 4000)), ("P", (200, 100))])
async def test_a_picture_goes_as_a_jpeg_of_at_most_1024_pixels(
    services: Services, scripted: ChatServer, tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "big.webp" if mode == "RGBA" else tmp_path / "big.png"
    Image.new(mode, size).save(path)
    await proposal(services, HelpRequest(help=PromptHelp.DESCRIBE, picture=str(path)))
    url = scripted.asked[0]["messages"][1]["content"][1]["image_url"]["url"]
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as sent:
        assert sent.format == "JPEG"
        assert max(sent.size) == min(1024, max(size))


async def test_the_model_never_reads_what_it_must_not_change(
    services: Services, scripted: ChatServer
) -> None:
    scripted.chat = saying("deep snow and a red fox")
    prompt = "a (red fox:1.3) <lora:ink:0.8>"
    ready = await proposal(services, replace(EXPAND, prompt=prompt))
    assert seen(scripted) == "a red fox"
    assert ready.proposals == ("deep snow and a (red fox:1.3) <lora:ink:0.8>",)


async def test_chatter_thinking_and_quotes_are_no_part_of_a_proposal(
    services: Services, scripted: ChatServer
) -> None:
    scripted.chat = saying("<thi", "nk>hm</think>", 'Sure! Here is the prompt:\n"a fox ', 'in snow"')
    events = [event async for event in services.prompts.help(EXPAND)]
    assert PartnerThinks("thinking") in events
    assert events[-1] == ProposalReady(("a fox in snow",), "some-llm")


async def test_style_and_length_follow_the_family_of_the_model(
    services: Services, scripted: ChatServer
) -> None:
    instructions: dict[str, str] = {}
    for checkpoint in ("dreamshaper_8", "sd_xl_base", "flux1-dev", "ponyDiffusionV6XL"):
        await proposal(services, replace(EXPAND, checkpoint=checkpoint))
        instructions[checkpoint] = scripted.asked[-1]["messages"][0]["content"]
    assert "at most 50 words" in instructions["dreamshaper_8"]
    assert "at most 150 words" in instructions["flux1-dev"]
    assert "booru tags" in instructions["ponyDiffusionV6XL"]
    assert len(set(instructions.values())) == 4


async def test_a_person_s_own_instructions_win(services: Services, scripted: ChatServer) -> None:
    folder = services.settings.paths.config / "instructions"
    folder.mkdir(parents=True)
    (folder / "expand.md").write_text("Answer in rhymes, {words} words.")
    await proposal(services, EXPAND)
    assert scripted.asked[0]["messages"][0]["content"] == "Answer in rhymes, 50 words."


async def test_a_negative_prompt_is_refused_for_flux(services: Services, scripted: ChatServer) -> None:
    request = HelpRequest(help=PromptHelp.NEGATIVE, prompt="a fox", checkpoint="flux1-dev.safetensors")
    with pytest.raises(InputError, match="take no negative prompt"):
        await proposal(services, request)
    assert scripted.asked == []
    assert (await proposal(services, replace(request, checkpoint="sd15"))).proposals


async def test_variations_say_when_some_are_missing(services: Services, scripted: ChatServer) -> None:
    scripted.chat = saying("1. a fox at dawn <b>\n2. a fox ", "at night\n")
    ready = await proposal(services, replace(EXPAND, help=PromptHelp.VARIATIONS, count=3))
    assert ready.proposals == ("a fox at dawn <b>", "a fox at night")
    assert ready.note == "The model wrote 2 of 3."


async def test_a_refusal_is_not_a_prompt(services: Services, scripted: ChatServer) -> None:
    scripted.chat = saying("I'm sorry, I can't help with that.")
    with pytest.raises(ServerError, match="declined"):
        await proposal(services, EXPAND)


async def test_a_stream_that_fails_midway_proposes_nothing(services: Services, scripted: ChatServer) -> None:
    scripted.chat = (chunk("a fox "), b'event: error\ndata: {"error":"The model has crashed"}\n\n')
    with pytest.raises(ServerError, match="crashed"):
        await proposal(services, EXPAND)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (HelpRequest(help=PromptHelp.EXPAND, prompt=" "), "The prompt is empty"),
        (HelpRequest(help=PromptHelp.REWRITE, prompt="a fox"), "not to be changed"),
        (HelpRequest(help=PromptHelp.DESCRIBE, picture="nowhere.png"), "no picture to describe"),
    ],
)
async def test_what_is_missing_is_said_before_anything_is_asked(
    services: Services, scripted: ChatServer, request_: HelpRequest, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        await proposal(services, request_)
    assert scripted.asked == []


async def test_a_file_that_is_no_picture_is_said(
    services: Services, scripted: ChatServer, tmp_path: Path
) -> None:
    (tmp_path / "fox.png").write_text("not a picture")
    with pytest.raises(PictureError):
        await proposal(services, HelpRequest(help=PromptHelp.DESCRIBE, picture=str(tmp_path / "fox.png")))
    assert scripted.asked == []


async def test_without_a_language_server_it_is_said_where_to_switch_one_on(services: Services) -> None:
    assert services.prompts.server is None
    with pytest.raises(InputError, match="Switch LM Studio on in the settings"):
        await proposal(services, EXPAND)
