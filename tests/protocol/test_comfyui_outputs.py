"""Which files a node's output names."""

import pytest

from tui.protocol.comfyui_outputs import media_type_of, outputs_of, seed_of


@pytest.mark.parametrize("key", ["images", "gifs", "video", "audio", "3d", "anything"])
def test_files_are_found_under_any_key(key: str) -> None:
    [output] = outputs_of(
        {key: [{"filename": "x.webm", "subfolder": "a", "type": "output"}], "animated": [True]}
    )
    assert (output.filename, output.subfolder, output.media_type) == ("x.webm", "a", "video/webm")


@pytest.mark.parametrize(
    "shown",
    [None, [], "text", {"text": [" ", 1, {}]}, {"images": None}, {"images": [1, None, {"filename": 3}]}],
)
def test_what_names_no_file_gives_none(shown: object) -> None:
    assert outputs_of(shown) == ()


@pytest.mark.parametrize("shown", ["a fox", ["a fox"], [{"name": "Output", "text": "a \x1b[31mfox"}]])
def test_a_text_that_a_node_shows_is_a_glimpse(shown: object) -> None:
    [output] = outputs_of({"text": shown, "tags": ["no result"]})
    assert output.data in (b"a fox", b"a [31mfox")
    assert (output.media_type, output.is_temporary) == ("text/plain", True)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/shadow", "shadow"),
        ("a\x1b]0;evil\x07b.png", "a]0;evilb.png"),
        ("x\u202egnp.exe", "xgnp.exe"),
    ],
)
def test_a_file_name_is_never_a_path_nor_a_command(name: str, kept: str) -> None:
    [output] = outputs_of({"images": [{"filename": name}]})
    assert output.filename == kept


@pytest.mark.parametrize("name", ["", "..", ".", "a/..", "\x1b", "/"])
def test_a_name_that_is_only_a_path_is_no_file(name: str) -> None:
    assert outputs_of({"images": [{"filename": name}]}) == ()


def test_a_flood_of_files_is_cut() -> None:
    assert len(outputs_of({"images": [{"filename": f"{number}.png"} for number in range(100_000)]})) == 1000


def test_the_media_type_is_that_of_the_ending() -> None:
    assert media_type_of("a.PNG") == "image/png"
    assert media_type_of("noending") == "application/octet-stream"


def test_the_seed_is_the_first_one_that_is_not_linked() -> None:
    assert seed_of({"1": {"inputs": {"seed": ["2", 0]}}, "2": {"inputs": {"noise_seed": 2**63}}}) == 2**63
    assert seed_of({"1": {"inputs": {}}, "2": {}}) is None
