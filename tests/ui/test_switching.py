"""Another server for the same form: what goes along, what is said, and that all of it comes back."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from tests.support.peers import open_peer
from tests.support.studio import picture_file
from tui.domain.forms import ChoiceField
from tui.domain.request import FieldValue, Lora, PictureInput
from tui.services.bundle import Services, open_services
from tui.services.names import alike
from tui.ui.draft import Draft, from_mapping, to_mapping
from tui.ui.session import Session

KINDS = ("comfyui", "a1111", "a1111 sdcpp", "invokeai", "fooocus")
CHOSEN = ("checkpoint", "sampler", "scheduler")
TYPED: dict[str, FieldValue] = {
    "prompt": "a fox, (snow:1.2)",
    "negative_prompt": "blurry",
    "seed": 471,
    "steps": 12,
    "cfg_scale": 5.5,
    "width": 640,
    "height": 448,
}


@asynccontextmanager
async def opened(*kinds: str) -> AsyncGenerator[Services]:
    """The services with one server of each of these kinds, called by its kind."""
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(open_peer(kind)) for kind in kinds]
        services = await stack.enter_async_context(open_services())
        for kind, peer in zip(kinds, peers, strict=True):
            services.connections.add(replace(peer.settings, name=kind, is_enabled=True))
            await services.connections.check(kind)
        yield services


async def session_on(services: Services, server: str, workflow: str = "txt2img_default") -> Session:
    session = Session(services, Draft(server=server, workflow=workflow))
    await session.open_form()
    return session


async def switch(session: Session, server: str) -> None:
    session.choose_server(server)
    await session.open_form()


def fill(session: Session, **values: FieldValue) -> None:
    """As a person types it: what the form has no field for cannot be typed."""
    assert session.form is not None
    for name, value in values.items():
        field = session.form.field(name)
        if field is not None and not field.unavailable:
            session.edit(name, value)


def says_why(session: Session, name: str) -> str:
    """What the field's own row says of a server that does not have it."""
    field = session.form.field(name) if session.form else None
    return field.unavailable if field else ""


def is_respelled(before: FieldValue, after: FieldValue) -> bool:
    """Whether two choices are the same, or one of them the other with Karras' schedule in it."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    return bool(alike(before, (after,)) or alike(before.removesuffix("_k"), (after.removesuffix("_k"),)))


def last_choice(session: Session, name: str) -> str | None:
    """The last choice of a field: seldom what another server starts with."""
    field = session.form.field(name) if session.form else None
    return field.choices[-1] if isinstance(field, ChoiceField) and field.choices else None


@pytest.mark.parametrize(("here", "there"), permutations(KINDS, 2))
async def test_a_form_goes_to_another_kind_of_server_and_comes_back_as_it_was(here: str, there: str) -> None:
    async with opened(here, there) as services:
        session = await session_on(services, here)
        fill(session, **TYPED)
        fill(session, **{name: last_choice(session, name) for name in CHOSEN})
        before = session.values()
        await switch(session, there)
        after, said = session.values(), " ".join(session.losses).casefold()
        for name in before.keys() & {*TYPED, *CHOSEN}:
            became = after.get(name)
            is_same = before[name] == became or is_respelled(before[name], became)
            is_joined = (before[name], str(after.get("sampler"))[-2:]) == ("karras", "_k")
            assert is_same or is_joined or says_why(session, name) or name.replace("_", " ") in said
        await switch(session, here)
        assert session.values() == before
        assert session.losses == ()


@pytest.mark.parametrize(
    ("here", "there", "chosen", "becomes", "said"),
    [
        ("comfyui", "a1111", {"sampler": "euler_ancestral"}, {"sampler": "Euler a"}, ""),
        (
            "comfyui",
            "invokeai",
            {"sampler": "dpmpp_2m", "scheduler": "karras"},
            {"sampler": "dpmpp_2m_k"},
            "",
        ),
        ("invokeai", "comfyui", {"sampler": "euler_a"}, {"sampler": "euler_ancestral"}, ""),
        ("a1111", "fooocus", {"steps": 90}, {"steps": 90}, ""),
        (
            "fooocus",
            "a1111",
            {"performance": "Lightning"},
            {},
            "A1111 has no use for: performance.",
        ),
        (
            "comfyui",
            "invokeai",
            {"loras": (Lora("procedural-ink.safetensors", 0.7),)},
            {"loras": ()},
            "LoRA “procedural-ink.safetensors” is not there; it is left out.",
        ),
    ],
)
async def test_names_are_spelled_the_other_servers_way_and_losses_are_sentences(
    here: str, there: str, chosen: dict[str, FieldValue], becomes: dict[str, FieldValue], said: str
) -> None:
    async with opened(here, there) as services:
        session = await session_on(services, here)
        fill(session, **chosen)
        await switch(session, there)
        assert {name: session.draft.values[name] for name in becomes} == becomes
        told = [words for words in session.losses if not words.startswith("Checkpoint")]
        assert " ".join(told) == said
        assert session.form is not None
        assert set(session.losses) <= set(session.form.notes)
        await switch(session, here)
        assert {name: session.draft.values[name] for name in chosen} == chosen


async def test_what_nobody_chose_is_no_loss_on_the_third_server_either() -> None:
    async with opened("comfyui", "a1111", "invokeai", "fooocus") as services:
        session = await session_on(services, "comfyui")
        before = session.values()
        for server in ("a1111", "invokeai", "fooocus"):
            await switch(session, server)
            told = [words for words in session.losses if not words.startswith("Checkpoint")]
            assert told == [], server
        await switch(session, "comfyui")
        assert (session.values(), session.losses) == (before, ())


async def test_picture_mask_and_strength_go_along(tmp_path: Path) -> None:
    picture = PictureInput(str(picture_file(tmp_path / "fox.png")))
    mask = PictureInput(str(picture_file(tmp_path / "mask.png", "white")))
    async with opened("comfyui", "a1111", "invokeai") as services:
        session = await session_on(services, "comfyui", "inpaint_masked")
        fill(session, init_image=picture, mask=mask, denoise=0.4)
        for server in ("a1111", "invokeai", "comfyui"):
            await switch(session, server)
            values = session.values()
            assert (values["init_image"], values["mask"], values["denoise"]) == (picture, mask, 0.4), server


async def test_what_was_typed_there_is_what_is_meant_from_then_on() -> None:
    async with opened("comfyui", "a1111") as services:
        session = await session_on(services, "comfyui")
        fill(session, sampler="euler_ancestral", steps=9)
        await switch(session, "a1111")
        fill(session, prompt="a hare", steps=11, sampler="DPM++ 2M")
        await switch(session, "comfyui")
        values = session.values()
        assert (values["prompt"], values["steps"], values["sampler"]) == ("a hare", 11, "dpmpp_2m")


async def test_what_a_server_does_not_have_is_taken_up_again_as_it_was_left_there() -> None:
    async with opened("invokeai", "a1111") as services:
        session = await session_on(services, "invokeai")
        fill(session, sampler="deis")
        await switch(session, "a1111")
        fill(session, sampler="Euler a")
        await switch(session, "invokeai")
        assert session.draft.values["sampler"] == "euler_a"
        fill(session, sampler="tcd")
        await switch(session, "a1111")
        assert "Sampler “tcd” is not there: “Euler a” instead." in session.losses


async def test_a_workflow_of_ones_own_has_a_stand_in_where_no_graphs_run() -> None:
    async with opened("comfyui", "fooocus") as services:
        await services.workflows.save_copy("comfyui", "img2img_default", "mine")
        session = await session_on(services, "comfyui", "mine")
        fill(session, prompt="a fox", steps=12)
        await switch(session, "fooocus")
        assert session.draft.workflow == "img2img_default"
        assert session.draft.values["prompt"] == "a fox"
        assert session.losses[0].startswith(
            "Fooocus does not run ComfyUI's workflow “mine”: “Image to image”"
        )
        session = Session(
            services, from_mapping(to_mapping(session.draft))
        )  # the studio was closed meanwhile
        await session.open_form()
        await switch(session, "comfyui")
        assert (session.draft.workflow, session.draft.values["steps"]) == ("mine", 12)
