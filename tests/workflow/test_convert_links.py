"""Links: through reroutes, muted and bypassed nodes, and to nowhere."""

from typing import Any

import pytest

from tests.support.canvas import canvas, converted, inputs, node
from tui.workflow.notes import BrokenLink

LOADER = node(1, "Loader", ["a.safetensors"], outputs=[("MODEL", [1]), ("CLIP", [2])])


def _through(middle: dict[str, Any], slot: int = 0) -> dict[str, Any]:
    """Loader, one node in the middle, then a sampler that takes the model."""
    links = [(1, 1, 0, 2, 0, "MODEL"), (2, 1, 1, 2, 1, "CLIP"), (3, 2, slot, 3, 0, "MODEL")]
    sampler = node(3, "Sample", inputs=[("model", "MODEL", 3)])
    return canvas(LOADER, middle, sampler, links=links)


def test_a_link_names_the_node_as_text_and_the_slot() -> None:
    ui = canvas(
        LOADER, node(3, "Encode", ["hi"], inputs=[("clip", "CLIP", 2)]), links=[(2, 1, 1, 3, 1, "CLIP")]
    )
    assert inputs(ui, "3") == {"text": "hi", "clip": ["1", 1]}


def test_links_as_objects_are_read_too() -> None:
    link = {"id": 2, "origin_id": 1, "origin_slot": 1, "target_id": 3, "target_slot": 1, "type": "CLIP"}
    ui = {
        "version": 1,
        "nodes": [LOADER, node(3, "Encode", ["hi"], inputs=[("clip", "CLIP", 2)])],
        "links": [link],
    }
    assert inputs(ui, "3")["clip"] == ["1", 1]


def test_a_link_overrides_the_widget_of_its_input() -> None:
    source = node(1, "Forced", ["x"], outputs=[("INT", [1])])
    sampler = node(2, "Sample", [1, "fixed", 20], inputs=[("steps", "INT", 1, "widget")])
    assert inputs(canvas(source, sampler, links=[(1, 1, 0, 2, 0, "INT")]), "2")["steps"] == ["1", 0]


def test_a_muted_source_leaves_the_widget_s_own_value() -> None:
    source = node(1, "Forced", ["x"], outputs=[("INT", [1])], mode=2)
    sampler = node(2, "Sample", [1, "fixed", 44], inputs=[("steps", "INT", 1, "widget")])
    conversion = converted(canvas(source, sampler, links=[(1, 1, 0, 2, 0, "INT")]))
    assert list(conversion.api) == ["2"]
    assert conversion.api["2"]["inputs"]["steps"] == 44


@pytest.mark.parametrize(("mode", "expected"), [(0, ["1", 0]), (4, ["1", 0]), (2, None)])
def test_a_reroute_hands_on_unless_it_is_muted(mode: int, expected: list[Any] | None) -> None:
    middle = node(2, "Reroute", mode=mode, inputs=[("", "*", 1)], outputs=[("MODEL", [3])])
    conversion = converted(_through(middle))
    assert list(conversion.api) == ["1", "3"]
    assert conversion.api["3"]["inputs"].get("model") == expected


def test_a_bypassed_node_hands_on_the_first_input_of_the_wanted_type() -> None:
    saved = [("one", "MODEL", None), ("two", "MODEL", 1), ("clip", "CLIP", 2)]
    middle = node(2, "Blend", mode=4, inputs=saved, outputs=[("MODEL", [3]), ("CLIP", [])])
    assert "model" not in inputs(_through(middle), "3"), "the input of the same slot is open: no second try"


def test_a_bypassed_node_prefers_the_input_of_the_same_slot() -> None:
    saved = [("one", "MODEL", 1), ("two", "MODEL", None), ("clip", "CLIP", 2)]
    middle = node(2, "Blend", mode=4, inputs=saved, outputs=[("MODEL", [3]), ("CLIP", [])])
    conversion = converted(_through(middle))
    assert list(conversion.api) == ["1", "3"]
    assert conversion.api["3"]["inputs"]["model"] == ["1", 0]


def test_a_bypassed_node_never_hands_on_another_type() -> None:
    middle = node(2, "Encode", mode=4, inputs=[("clip", "CLIP", 2)], outputs=[("COND", [3])])
    assert "model" not in inputs(_through(middle), "3")


def test_notes_are_not_sent() -> None:
    ui = canvas(LOADER, node(5, "Note", ["read me"]), node(6, "MarkdownNote", ["*me*"]))
    assert list(converted(ui).api) == ["1"]


def test_a_link_to_nowhere_is_left_out_and_said() -> None:
    ui = canvas(
        node(3, "Encode", ["hi"], inputs=[("clip", "CLIP", 9)], title="Words"),
        node(4, "Encode", ["ho"], inputs=[("clip", "CLIP", 8)]),
        links=[(8, 77, 0, 4, 1, "CLIP")],
    )
    conversion = converted(ui)
    assert conversion.api["3"]["inputs"] == {"text": "hi"}
    assert [note.node for note in conversion.notes if isinstance(note, BrokenLink)] == ["3", "4"]
    assert "“clip” of node 3 “Words”" in conversion.notes[0].sentence


def test_an_input_of_a_widget_that_no_longer_exists_goes_with_its_link() -> None:
    stale = node(3, "Encode", ["hi"], inputs=[("strength", "FLOAT", 2, "widget")])
    assert inputs(canvas(LOADER, stale, links=[(2, 1, 1, 3, 0, "FLOAT")]), "3") == {"text": "hi"}


def test_an_input_that_nothing_declares_keeps_its_link() -> None:
    extra = node(3, "Encode", ["hi"], inputs=[("style", "CLIP", 2)])
    assert inputs(canvas(LOADER, extra, links=[(2, 1, 1, 3, 0, "CLIP")]), "3")["style"] == ["1", 1]


def test_getters_take_what_the_setter_of_their_name_has() -> None:
    links = [(1, 1, 0, 2, 0, "MODEL"), (3, 4, 0, 3, 0, "MODEL")]
    ui = canvas(
        LOADER,
        node(2, "SetNode", ["m"], inputs=[("MODEL", "MODEL", 1)], mode=4),
        node(4, "GetNode", ["m"], outputs=[("MODEL", [3])]),
        node(3, "Sample", inputs=[("model", "MODEL", 3)]),
        links=links,
    )
    assert converted(ui).api["3"]["inputs"]["model"] == ["1", 0]


def test_titles_and_the_order_of_keys_are_the_page_s() -> None:
    ui = canvas(node("b", "Latent"), node(10, "Latent", title="Ten"), node(2, "Loader"))
    api = converted(ui).api
    assert list(api) == ["2", "10", "b"]
    assert [api[key]["_meta"] for key in api] == [
        {"title": "Load Model"},
        {"title": "Ten"},
        {"title": "Latent"},
    ]
    assert list(api["2"]) == ["inputs", "class_type", "_meta"]


def test_an_unknown_node_is_sent_and_reported_with_its_pack() -> None:
    ui = canvas(node(7, "Magic", ["x"], title="Wand", properties={"cnr_id": "magic-pack"}))
    conversion = converted(ui)
    (unknown,) = conversion.unknown_nodes
    assert (unknown.node, unknown.title, unknown.class_type, unknown.pack) == (
        "7",
        "Wand",
        "Magic",
        "magic-pack",
    )
    assert conversion.api["7"]["class_type"] == "Magic"


def test_a_link_saved_twice_counts_once() -> None:
    links = [(1, 1, 0, 3, 0, "MODEL"), (2, 1, 0, 3, 0, "MODEL")]
    ui = canvas(LOADER, node(3, "Sample", inputs=[("model", "MODEL", 2)]), links=links)
    assert inputs(ui, "3")["model"] == ["1", 0]
