"""The grammar of the command line, and how little `--help` costs."""

import subprocess
import sys

import pytest

from tui import __version__
from tui.cli.parser import build_parser


def modules_after(*words: str) -> set[str]:
    """The modules that are imported once the command has ended."""
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['latentui', *{list(words)!r}]\n"
        "try:\n    runpy.run_module('tui', run_name='__main__')\n"
        "except SystemExit:\n    pass\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(result.stderr.splitlines())


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("generate", "--help")])
def test_help_and_version_import_nothing_heavy(words: tuple[str, ...]) -> None:
    heavy = {
        "textual",
        "rich",
        "httpx",
        "PIL",
        "aiohttp",
        "websockets",
        "msgspec",
        "asyncio",
        "sqlite3",
        "tomlkit",
    }
    assert not heavy & modules_after(*words)


def test_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        build_parser().parse_args(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"latentui {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", "a fox", "--size", "big"], "write it like 768x512"),
        (["generate", "a fox", "--set", "steps"], "write it like steps=12"),
        (["generate", "a fox", "--steps", "many"], "invalid int value"),
        (["generate", "a fox", "--colour", "red"], "unrecognized arguments"),
        (["paint"], "invalid choice"),
    ],
)
def test_bad_usage_is_told_and_ends_with_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        build_parser().parse_args(words)
    assert raised.value.code == 2
    assert said in capsys.readouterr().err


def test_loras_and_settings_are_parted() -> None:
    arguments = build_parser().parse_args(
        [
            "generate",
            "x",
            "--lora",
            "ink:0.6",
            "--lora",
            "film",
            "--lora",
            "a:b",
            "--set",
            "KSampler.steps=12=3",
        ]
    )
    assert arguments.lora == [("ink", 0.6), ("film", 1.0), ("a:b", 1.0)]
    assert arguments.settings == [("KSampler.steps", "12=3")]
