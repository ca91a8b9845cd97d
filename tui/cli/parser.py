"""What can be typed after `latentui`. Imports nothing heavy: `--help` and `--version` end here."""

import argparse
import gc
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Protocol

from tui import __version__

Command = Callable[[argparse.Namespace], int]


class Invocation:
    """A parsed command line, ready to run."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments

    def run(self) -> int:
        """Import the command and run it; every known fault becomes a sentence and an exit code."""
        from tui.cli.faults import guarded

        module, _, name = self._arguments.command.partition(":")
        return guarded(lambda: getattr(_imported(module), name)(self._arguments))


def _imported(module: str) -> ModuleType:
    """The module; what it defines stays, so that no collection looks through it meanwhile or later."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def parse_arguments(words: Sequence[str]) -> Invocation:
    """The command in `words`; exits with 0 for help and version, with 2 for bad usage."""
    return Invocation(build_parser(words[:1]).parse_args(words))


def build_parser(beginning: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The whole grammar; of a line that begins with a command, only what may follow it."""
    parser = argparse.ArgumentParser(
        prog="latentui",
        description="Make pictures from a terminal. Without a command, the studio opens.",
        epilog="Exit codes: 0 done, 1 the job failed, 2 bad input, 3 server unreachable, 130 cancelled.",
    )
    parser.add_argument("--version", action="version", version=f"latentui {__version__}")
    parser.add_argument("--demo", action="store_true", help="open the studio on the embedded engine")
    parser.add_argument("--server", metavar="NAME", help="open the studio on this server of the settings")
    parser.set_defaults(command="tui.cli.studio:run")
    if "--version" in beginning:
        return parser
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    # all of it takes 5 ms, as much as the interpreter itself
    chosen = [add for name, add in _COMMANDS.items() if name in beginning]
    for add in chosen or _COMMANDS.values():
        add(commands)
    return parser


class _Commands(Protocol):
    """What `add_subparsers` returns; argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser: ...  # noqa: A002 - its word


def _add_generate(commands: _Commands) -> None:
    parser = commands.add_parser("generate", help="make a picture and save it")
    parser.set_defaults(command="tui.cli.generate:run")
    parser.add_argument("prompt", nargs="?", default="", help="what the picture shows")
    parser.add_argument("--negative", metavar="TEXT", help="what it should not show")
    parser.add_argument("--enhance", action="store_true", help="a language server expands the prompt first")
    parser.add_argument("--partner", metavar="NAME|URL", help="which one; else the first that is on")
    _add_server_choice(parser)
    parser.add_argument("--workflow", metavar="NAME|FILE", help="a template, yours, a file, - for stdin")
    parser.add_argument("--image", metavar="FILE", help="the picture to start from")
    parser.add_argument("--mask", metavar="FILE", help="white where it is to be repainted")
    parser.add_argument("--control", metavar="FILE", help="the picture that guides a ControlNet")
    parser.add_argument("--checkpoint", metavar="NAME")
    parser.add_argument("--steps", type=int, metavar="N")
    parser.add_argument("--cfg", type=float, metavar="X", help="how closely the prompt is followed")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats a picture; random without")
    parser.add_argument("--size", type=_size, metavar="WxH", help="in pixels, multiples of 8")
    parser.add_argument("--sampler", metavar="NAME")
    parser.add_argument("--scheduler", metavar="NAME")
    parser.add_argument("--denoise", type=float, metavar="X", help="0 keeps the picture, 1 ignores it")
    parser.add_argument("--batch-size", type=int, metavar="N", help="how many pictures at once")
    parser.add_argument(
        "--lora", action="append", default=[], type=_lora, metavar="NAME[:STRENGTH]", help="may be repeated"
    )
    parser.add_argument(
        "--set", action="append", default=[], type=_setting, metavar="SLOT=VALUE", dest="settings",
        help="any other field of the workflow; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FILE|FOLDER", help="where to save; else the pictures folder"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line per event on stdout")
    parser.add_argument(
        "--detach", action="store_true", help="print the job's id and leave; it is made meanwhile"
    )
    parser.add_argument(
        "--wait", metavar="ID", help="make nothing new: wait for this job, and end as it ends"
    )


def _add_status(commands: _Commands) -> None:
    parser = commands.add_parser("status", help="which servers answer, and what they are")
    parser.set_defaults(command="tui.cli.servers:status")
    _add_server_choice(parser)
    parser.add_argument("--json", action="store_true")


def _add_models(commands: _Commands) -> None:
    parser = commands.add_parser("models", help="what a server has: checkpoints, samplers, LoRAs…")
    parser.set_defaults(command="tui.cli.servers:models")
    _add_server_choice(parser)
    parser.add_argument("--json", action="store_true")


def _add_workflows(commands: _Commands) -> None:
    parser = commands.add_parser("workflows", help="the templates and workflows of yours")
    parser.set_defaults(command="tui.cli.servers:workflows")
    _add_server_choice(parser)
    parser.add_argument("--json", action="store_true")


def _add_form(commands: _Commands) -> None:
    parser = commands.add_parser("form", help="the fields of a workflow: what `generate --set` takes")
    parser.set_defaults(command="tui.cli.workflows:form")
    _add_workflow_choice(parser)
    parser.add_argument("--all", action="store_true", help="also the fields that are one key away")
    parser.add_argument("--json", action="store_true")


def _add_convert(commands: _Commands) -> None:
    parser = commands.add_parser("convert", help="a workflow in ComfyUI's API format, on stdout")
    parser.set_defaults(command="tui.cli.workflows:convert")
    _add_workflow_choice(parser)


def _add_workflow_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "workflow", metavar="FILE|NAME", help="a JSON file, a picture or video that carries it; - is stdin"
    )
    parser.add_argument(
        "--object-info", metavar="FILE", help="what a server answers to /object_info; no server is asked then"
    )
    _add_server_choice(parser)


def _add_jobs(commands: _Commands) -> None:
    parser = commands.add_parser("jobs", help="the queue, and what became of every job")
    parser.set_defaults(
        command="tui.cli.jobs:run", action="list", status=None, search="", limit=20, json=False
    )
    parser.add_argument("--json", action="store_true")
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION")
    listing = _add_action(actions, "list", "the newest jobs; the default")
    listing.add_argument(
        "--status", metavar="STATUS", help="pending, in_progress, completed, failed, cancelled, unknown"
    )
    listing.add_argument("--search", default="", metavar="TEXT", help="in prompts, workflows and servers")
    listing.add_argument("--limit", type=int, default=20, metavar="N")
    for name, purpose in (
        ("show", "all about one job"),
        ("cancel", "stop a job, and no other"),
        ("retry", "the same once more, as a new job"),
        ("again", "look once more for a job whose outcome is unknown"),
        ("save", "save once more what could not be saved"),
    ):
        _add_action(actions, name, purpose).add_argument("id", help="a job's id, or the beginning of it")
    _add_action(actions, "watch", "follow one job, or all").add_argument("id", nargs="?")
    for name, purpose in (("pause", "hold back what waits"), ("resume", "let go what waits")):
        _add_action(actions, name, purpose).add_argument("server", nargs="?", help="one server; else all")
    drop = _add_action(actions, "drop", "forget a job that is over, or all of them; files stay")
    drop.add_argument("id", nargs="?", help="a job's id, or the beginning of it")
    drop.add_argument("--finished", action="store_true", help="all jobs that are done, failed or cancelled")
    drop.add_argument("--status", metavar="STATUS", help="with --finished: only these; also unknown")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    move = _add_action(actions, "move", "put a waiting job elsewhere")
    move.add_argument("id")
    move.add_argument("to", help="its place in the queue (0 is next), or another server")
    work = _add_action(actions, "work", "run the queue without the studio")
    work.add_argument("--until-empty", action="store_true", help="end when nothing is left to do")
    work.add_argument("--kind", help=argparse.SUPPRESS)
    work.add_argument("--url", help=argparse.SUPPRESS)


def _add_action(actions: _Commands, name: str, purpose: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=purpose)
    parser.add_argument("--json", action="store_true")
    return parser


def _add_prompt(commands: _Commands) -> None:
    parser = commands.add_parser("prompt", help="let a language server help with a prompt")
    parser.set_defaults(command="tui.cli.prompt:run")
    kinds = parser.add_subparsers(title="kinds of help", dest="help_kind", required=True, metavar="KIND")
    _add_help(kinds, "expand", "a richer prompt for the same picture")
    _add_help(kinds, "rewrite", "the prompt changed as you say").add_argument(
        "wish", help="how it should change"
    )
    _add_help(kinds, "negative", "what should not be in the picture")
    _add_help(
        kinds, "describe", "the prompt that a picture could be made from", what="picture", of="a picture file"
    )
    _add_help(kinds, "variations", "different prompts on one subject").add_argument(
        "--count", type=int, default=3, metavar="N"
    )


def _add_help(
    kinds: _Commands, name: str, purpose: str, *, what: str = "prompt", of: str = "the prompt"
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=purpose)
    parser.add_argument("text", metavar=what.upper(), help=of)
    parser.add_argument("--server", metavar="NAME", help="a language server of the settings")
    parser.add_argument("--url", metavar="URL", help="a language server that is not in the settings")
    parser.add_argument(
        "--checkpoint", metavar="NAME", help="the image model it is for: decides style and length"
    )
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--json", action="store_true")
    return parser


def _add_config(commands: _Commands) -> None:
    parser = commands.add_parser("config", help="where the settings are, and what holds")
    parser.set_defaults(command="tui.cli.config:run")
    parser.add_argument("what", choices=["path", "show"])


def _add_doctor(commands: _Commands) -> None:
    parser = commands.add_parser("doctor", help="terminal, servers, versions, folders: for a bug report")
    parser.set_defaults(command="tui.cli.doctor:run")
    parser.add_argument("--json", action="store_true")


def _add_engine(commands: _Commands) -> None:
    parser = commands.add_parser("engine", help="run the embedded engine by itself: procedural pictures")
    parser.set_defaults(command="tui.cli.engine:run")
    parser.add_argument("--port", type=int, default=8188, metavar="N", help="0 takes a free one")
    parser.add_argument("--folder", metavar="DIR", help="where it keeps its files; else a temporary one")
    parser.add_argument("--step-delay", type=float, metavar="SECONDS", help="how long a step takes at least")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def _add_server_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("server", "Without these, the first server that is switched on.")
    group.add_argument("--server", metavar="NAME", help="a server of the settings")
    group.add_argument("--kind", metavar="KIND", help="comfyui, a1111, invokeai, fooocus; with --url")
    group.add_argument("--url", metavar="URL", help="a server that is not in the settings; with --kind")
    group.add_argument("--demo", action="store_true", help="the embedded engine, started for this run")


def _size(text: str) -> tuple[int, int]:
    if match := re.fullmatch(r"(\d+)[x×](\d+)", text.strip().lower()):
        return int(match[1]), int(match[2])
    raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it like 768x512")


def _lora(text: str) -> tuple[str, float]:
    name, colon, strength = text.rpartition(":")
    if not colon:
        return text, 1.0
    try:
        return name, float(strength)
    except ValueError:
        return text, 1.0  # a colon of the name's own


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} has no '='; write it like steps=12")
    return name.strip(), value


_COMMANDS = {
    "generate": _add_generate,
    "status": _add_status,
    "models": _add_models,
    "workflows": _add_workflows,
    "form": _add_form,
    "convert": _add_convert,
    "jobs": _add_jobs,
    "prompt": _add_prompt,
    "config": _add_config,
    "doctor": _add_doctor,
    "engine": _add_engine,
}
