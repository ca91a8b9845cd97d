"""What a real ComfyUI declares about its nodes, and variants of it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from tui.workflow.definitions import NodeDefs

_FILE = Path(__file__).parent.parent / "recordings" / "comfyui" / "object_info_templates.json"
_RECORDED: dict[str, Any] = json.loads(_FILE.read_text())


def object_info() -> dict[str, Any]:
    """The recorded `/object_info`, trimmed; a copy to change."""
    return deepcopy(_RECORDED)


def node_defs(*, without: tuple[str, ...] = (), empty: tuple[tuple[str, str], ...] = ()) -> NodeDefs:
    """The recorded definitions, without some classes, and with some lists of choices empty."""
    info = object_info()
    for class_type in without:
        del info[class_type]
    for class_type, name in empty:
        spec = info[class_type]["input"]["required"][name]
        if spec[0] == "COMBO":
            spec[1]["options"] = []
        else:
            spec[0] = []
    return NodeDefs(info)
