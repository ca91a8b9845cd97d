"""The lists of workflows that a ComfyUI gives out, in the shapes of 0.33.0, and in shapes of no sense."""

import pytest

from tui.domain.workflow import ServerWorkflow
from tui.protocol.comfyui_library import (
    pack_templates_in,
    path_of,
    picture_path_of,
    saved_in,
    templates_in,
)

INDEX = [
    {
        "moduleName": "default",
        "category": "GENERATION TYPE",
        "title": "Image",
        "type": "image",
        "templates": [
            {
                "name": "sdxl_simple_example",
                "title": "SDXL \x1b[31mSimple",
                "description": "Generate images\nwith SDXL.",
                "mediaType": "image",
                "mediaSubtype": "webp",
                "models": ["SDXL"],
            },
            {"name": "sound", "mediaType": "audio", "mediaSubtype": "mp3"},
            {"title": "nameless"},
        ],
    }
]


def test_templates_are_listed_under_their_headings() -> None:
    assert list(templates_in(INDEX)) == [
        ServerWorkflow(
            name="templates/sdxl_simple_example",
            title="SDXL [31mSimple",
            description="Generate images with SDXL.",
            category="Image",
            has_picture=True,
        ),
        ServerWorkflow(name="templates/sound", title="sound", category="Image"),
    ]


def test_node_packs_and_saved_files_are_listed() -> None:
    [packed] = pack_templates_in({"fancy-pack": ["Sparkle"]})
    assert (packed.name, packed.category) == ("packs/fancy-pack/Sparkle", "fancy-pack")
    found = list(saved_in(["fox.json", "sub/owl.json", "notes.txt", {"path": "full.json", "size": 3}]))
    assert [one.name for one in found] == ["saved/fox.json", "saved/sub/owl.json", "saved/full.json"]


@pytest.mark.parametrize(
    "answer", [None, 3, "x", [], {}, [[]], {"a": 3}, [{"templates": [None, 3, {"name": 4}]}]]
)
def test_answers_of_no_sense_list_nothing(answer: object) -> None:
    assert not [*templates_in(answer), *pack_templates_in(answer), *saved_in(answer)]


def test_a_flood_of_templates_is_cut() -> None:
    flood = [{"title": "x", "templates": [{"name": str(number)} for number in range(9000)]}]
    assert len(list(templates_in(flood))) == 5000


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("templates/sdxl", "/templates/sdxl.json"),
        ("templates/a b/c", "/templates/a%20b%2Fc.json"),
        ("packs/fancy/Sparkle", "/api/workflow_templates/fancy/Sparkle.json"),
        ("saved/sub/owl.json", "/userdata/workflows%2Fsub%2Fowl.json"),
        ("saved/../../secrets.json", None),
        ("templates/", None),
        ("templates//x", None),
        ("elsewhere/x", None),
        ("", None),
    ],
)
def test_a_name_leads_to_its_place_and_nowhere_else(name: str, path: str | None) -> None:
    assert path_of(name) == path


def test_only_templates_have_pictures() -> None:
    assert picture_path_of("templates/sdxl") == "/templates/sdxl-1.webp"
    assert picture_path_of("saved/x.json") is None
