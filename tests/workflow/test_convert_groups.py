"""Group nodes, the forerunners of subgraphs."""

from typing import Any

from tests.support.canvas import canvas, converted, node

GROUP: dict[str, Any] = {
    "nodes": [
        {
            "type": "Encode",
            "index": 0,
            "inputs": [{"name": "clip", "type": "CLIP"}],
            "widgets_values": ["old"],
        },
        {"type": "Sample", "index": 1, "inputs": [], "widgets_values": [1, "fixed", 20, 7, "slow"]},
    ],
    "links": [[0, 0, 1, 1, 9, "COND"]],
    "external": [],
}


def _canvas(spelling: str) -> dict[str, Any]:
    group = node(
        3,
        spelling,
        ["new", 5, "fixed", 30, 8, "fast"],
        inputs=[("clip", "CLIP", 1), ("model", "MODEL", 2), ("latent", "LATENT", None)],
        outputs=[("LATENT", [4])],
    )
    return canvas(
        node(1, "Loader", outputs=[("MODEL", [2]), ("CLIP", [1])]),
        group,
        node(2, "SaveImage", inputs=[("images", "LATENT", 4)]),
        links=[(1, 1, 1, 3, 0, "CLIP"), (2, 1, 0, 3, 1, "MODEL"), (4, 3, 0, 2, 0, "LATENT")],
        last_node_id=7,
        extra={"groupNodes": {"Both": GROUP}},
    )


def test_a_group_is_opened_as_a_subgraph_with_its_values() -> None:
    api = converted(_canvas("workflow>Both")).api
    assert list(api) == ["1", "2", "10:8", "10:9"]
    assert api["10:8"]["inputs"] == {"text": "new", "clip": ["1", 1]}
    assert api["10:9"]["inputs"] == {
        "seed": 5,
        "steps": 30,
        "cfg": 8,
        "mode": "fast",
        "model": ["1", 0],
        "positive": ["10:8", 0],
    }
    assert api["2"]["inputs"]["images"] == ["10:9", 0]


def test_the_old_spelling_of_groups_is_read_too() -> None:
    assert converted(_canvas("workflow/Both")).api == converted(_canvas("workflow>Both")).api


def test_a_group_that_the_file_does_not_hold_is_an_unknown_node() -> None:
    assert [note.class_type for note in converted(canvas(node(1, "workflow>Gone"))).unknown_nodes] == [
        "workflow>Gone"
    ]
