"""`latentui form` and `latentui convert`: a workflow as fields, and as the graph that is sent."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tui.cli.choice import chosen_server, chosen_workflow
from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PicksField,
    PictureField,
    SeedField,
    TextField,
)
from tui.domain.settings import ServerKind
from tui.domain.text import one_line
from tui.services.bundle import Services, open_services
from tui.services.offline import OFFLINE, offline_workflows
from tui.services.workflows import WorkflowsService


def form(arguments: argparse.Namespace) -> int:
    """List the fields that a workflow has."""
    return asyncio.run(_with_workflow(arguments, _print_form))


def convert(arguments: argparse.Namespace) -> int:
    """Print the graph."""
    return asyncio.run(_with_workflow(arguments, _print_graph))


Act = Callable[[WorkflowsService, str, str, argparse.Namespace], Awaitable[int]]


async def _with_workflow(arguments: argparse.Namespace, act: Act) -> int:
    async with open_services(watches=False) as services:
        workflow = await chosen_workflow(services, arguments.workflow) or ""
        workflows, server = await _place(services, arguments)
        return await act(workflows, server, workflow, arguments)


async def _place(services: Services, arguments: argparse.Namespace) -> tuple[WorkflowsService, str]:
    """Where the workflow is looked at: on a server, or with what one has declared."""
    if arguments.object_info:
        return await offline_workflows(services.settings, Path(arguments.object_info)), OFFLINE
    if arguments.url and not arguments.kind:
        arguments.kind = ServerKind.COMFYUI  # no other kind runs them
    return services.workflows, await chosen_server(services, arguments)


async def _print_graph(workflows: WorkflowsService, server: str, workflow: str, _: argparse.Namespace) -> int:
    graph: Mapping[str, Any] = await workflows.graph(server, workflow)
    _print(json.dumps(graph, ensure_ascii=False, indent=2))
    return 0


async def _print_form(
    workflows: WorkflowsService, server: str, workflow: str, arguments: argparse.Namespace
) -> int:
    found = await workflows.form(server, workflow)
    needs = await workflows.needs(server, workflow)
    if arguments.json:
        fields = [{"kind": _kind(field), **asdict(field)} for field in found.fields]
        head = {"workflow": found.workflow, "title": found.title, "task": found.task}
        said = {"problems": found.problems, "notes": found.notes, "needs": asdict(needs)}
        _print(json.dumps({**head, "fields": fields, **said}, ensure_ascii=False))
        return 0
    for sentence in dict.fromkeys((*found.problems, *needs.sentences, *found.notes)):
        print(f"! {sentence}", file=sys.stderr)
    _print_fields(found, with_all=arguments.all)
    return 0


def _print_fields(found: Form, *, with_all: bool) -> None:
    shown = [field for field in found.fields if with_all or not (field.is_advanced or field.is_hidden)]
    width = min(max((len(field.name) for field in shown), default=0), 40)
    group = ""
    for field in shown:
        if field.group != group:
            group = field.group
            _print(f"\n{group}")
        _print(f"{field.name:{width}}  {_described(field)}")
    left = len(found.fields) - len(shown)
    if left:
        _print(f"\n{left} more with --all")


def _described(field: Field) -> str:
    words = [f"“{field.label}”" if field.label.casefold() != field.name.casefold() else "", _kind(field)]
    return " ".join(filter(None, (*words, _range(field), f"= {_default(field)}", _warning(field))))


def _warning(field: Field) -> str:
    said = field.unavailable or field.note
    return f"! {said}" if said else ""


def _kind(field: Field) -> str:
    return type(field).__name__.removesuffix("Field").lower()


def _range(field: Field) -> str:
    match field:
        case IntegerField() | NumberField():
            return f"{field.minimum:g} to {field.maximum:g}" if abs(field.maximum) < 10**9 else ""
        case ChoiceField() | PicksField():
            return f"of {len(field.choices)}"
        case _:
            return ""


def _default(field: Field) -> str:
    match field:
        case SeedField():
            return "random" if field.default is None else str(field.default)
        case PictureField():
            return field.default or "none"
        case LorasField():
            return ", ".join(f"{lora.name}:{lora.strength:g}" for lora in field.default) or "none"
        case TextField() | PicksField():
            return f"“{one_line(field.default, 60)}”"
        case _:
            return one_line(str(field.default), 80) or "none"


def _print(line: str) -> None:
    print(line)
