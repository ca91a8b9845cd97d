"""The widgets that the page makes for a declared input, with the values they start with."""

from collections.abc import Callable

from tui.domain.json_values import Json, list_of, object_of
from tui.workflow.graph import UNSET, Cell, Node, Value, Widget
from tui.workflow.input_specs import InputSpec
from tui.workflow.javascript import is_truthy

_STATEFUL_VIEWERS = frozenset(
    {
        "Preview3DAdvanced",
        "Save3DAdvanced",
        "PreviewGaussianSplat",
        "PreviewPointCloud",
        "SaveGaussianSplat",
        "SavePointCloud",
    }
)
_SEEDS = ("seed", "noise_seed")


def add_widgets(node: Node, spec: InputSpec) -> None:
    """Give the node the widgets of one input; dynamic combos are made elsewhere."""
    _MAKERS.get(spec.widget_type, _add_plain)(node, spec)


def _add(node: Node, spec: InputSpec, kind: str, value: Value) -> Widget:
    return node.add_widget(
        Widget(name=spec.name, kind=kind, cell=Cell(value), spec=spec, choices=spec.choices)
    )


def _add_control(node: Node, name: str, kind: str = "combo") -> None:
    node.add_widget(Widget(name=name, kind=kind, cell=Cell("fixed"), in_prompt=False))


def _add_button(node: Node, name: str, value: Json, *, in_prompt: bool) -> None:
    node.add_widget(Widget(name=name, kind="button", cell=Cell(value), in_prompt=in_prompt))


def _add_integer(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "number", 0 if spec.default is None else spec.default)
    control = spec.options.get("control_after_generate")
    if is_truthy(control) if control is not None else spec.name in _SEEDS:
        _add_control(node, "control_after_generate")


def _add_float(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "number", 0 if spec.default is None else spec.default)
    if is_truthy(spec.options.get("control_after_generate")):
        _add_control(node, "control_after_generate")


def _add_toggle(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "toggle", False if spec.default is None else spec.default)


def _add_text(node: Node, spec: InputSpec) -> None:
    kind = "customtext" if is_truthy(spec.options.get("multiline")) else "text"
    _add(node, spec, kind, "" if spec.default is None else spec.default)


def _add_markdown(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "customtext", "" if spec.default is None else spec.default)


def combo_default(spec: InputSpec) -> Value:
    """The value of a combo that nobody has set."""
    if is_truthy(spec.default):
        return spec.default
    if spec.choices:
        return spec.choices[0]
    return "Loading..." if is_truthy(spec.options.get("remote")) else UNSET


def _add_combo(node: Node, spec: InputSpec) -> None:
    if is_truthy(spec.options.get("multi_select")):
        _add(node, spec, "custom", list[Json]())
    else:
        _add(node, spec, "combo", combo_default(spec))
        _add_remote(node, spec)
    if is_truthy(spec.options.get("control_after_generate")):
        _add_control(node, "control_after_generate")
        if not is_truthy(spec.options.get("multi_select")):
            _add_control(node, "control_filter_list", "text")


def _add_remote(node: Node, spec: InputSpec) -> None:
    remote = spec.options.get("remote")
    if not is_truthy(remote):
        return
    node.add_widget(
        Widget(name="Auto-refresh after generation", kind="toggle", cell=Cell(False), in_prompt=False)
    )
    if is_truthy(object_of(remote).get("refresh_button")):
        _add_button(node, "refresh", "refresh", in_prompt=True)


def _add_upload(node: Node, spec: InputSpec) -> None:
    _add_button(node, spec.name, "image", in_prompt=False)


def _add_audio_player(node: Node, spec: InputSpec) -> None:
    node.add_widget(Widget(name=spec.name, kind="audioUI", cell=Cell(""), in_file=False, in_prompt=False))


def _add_recorder(node: Node, spec: InputSpec) -> None:
    node.add_widget(Widget(name=spec.name, kind="recording", cell=Cell(""), spec=spec, is_fixed=True))
    _add_button(node, spec.name, "", in_prompt=False)


def _add_bounding_box(node: Node, spec: InputSpec) -> None:
    box = object_of(spec.default) or {"x": 0, "y": 0, "width": 512, "height": 512}
    _add(node, spec, "boundingbox", dict(box))
    for name in ("x", "y", "width", "height"):
        number = Widget(name=name, kind="number", cell=Cell(box.get(name)), in_prompt=False)
        node.add_widget(number)


def _add_comparison(node: Node, spec: InputSpec) -> None:
    node.add_widget(Widget(name=spec.name, kind="imagecompare", cell=Cell(["", ""]), in_file=False))


def _add_curve(node: Node, spec: InputSpec) -> None:
    curve = object_of(spec.default) or {"points": [[0, 0], [1, 1]], "interpolation": "monotone_cubic"}
    _add(node, spec, "curve", dict(curve))


def _add_list(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "list", list(list_of(spec.default)))


def _add_video_edit(node: Node, spec: InputSpec) -> None:
    features = list_of(spec.options.get("features")) or ["trim", "crop"]
    value: dict[str, Json] = {}
    if "trim" in features:
        value["trim"] = {"start_time": 0, "duration": 0}
    if "crop" in features:
        value["crop"] = {"x": 0, "y": 0, "width": 0, "height": 0}
    _add(node, spec, "videoedit", value if spec.default is None else spec.default)


def _add_range(node: Node, spec: InputSpec) -> None:
    _add(node, spec, "range", spec.default or {"min": 0, "max": 1})


def _add_color(node: Node, spec: InputSpec) -> None:
    options = object_of(spec.options.get("options"))
    value = spec.default if spec.default is not None else options.get("default")
    _add(node, spec, "color", "#000000" if value is None else value)


def _add_viewer(node: Node, spec: InputSpec) -> None:
    node.add_widget(Widget(name="image", kind="load3d", cell=Cell(""), spec=spec, is_fixed=True))


def _add_scene(node: Node, spec: InputSpec) -> None:
    if any(widget.name == "model_file" for widget in node.widgets):
        _add_button(node, "upload 3d model", "upload3dmodel", in_prompt=True)
        _add_button(node, "upload extra resources", "uploadExtraResources", in_prompt=True)
        _add_button(node, "clear", "clear", in_prompt=True)
    name = "viewport_state" if node.type in _STATEFUL_VIEWERS else "image"
    node.add_widget(Widget(name=name, kind="load3d", cell=Cell(""), spec=spec, is_fixed=True))


def _add_advanced_scene(node: Node, spec: InputSpec) -> None:
    node.add_widget(Widget(name="viewport_state", kind="load3d", cell=Cell(""), spec=spec, is_fixed=True))


def _add_plain(node: Node, spec: InputSpec) -> None:
    _add(node, spec, spec.widget_type.lower(), "" if spec.default is None else spec.default)


def _add_optional_object(node: Node, spec: InputSpec) -> None:
    _add(node, spec, spec.widget_type.lower(), object_of(spec.default))


_MAKERS: dict[str, Callable[[Node, InputSpec], None]] = {
    "INT": _add_integer,
    "FLOAT": _add_float,
    "BOOLEAN": _add_toggle,
    "STRING": _add_text,
    "MARKDOWN": _add_markdown,
    "COMBO": _add_combo,
    "IMAGEUPLOAD": _add_upload,
    "AUDIO_UI": _add_audio_player,
    "AUDIOUPLOAD": _add_upload,
    "AUDIO_RECORD": _add_recorder,
    "BOUNDING_BOX": _add_bounding_box,
    "BOUNDING_BOXES": _add_list,
    "COLORS": _add_list,
    "GALLERIA": _add_list,
    "CHART": _add_optional_object,
    "COMPOSITOR": _add_optional_object,
    "IMAGECOMPARE": _add_comparison,
    "CURVE": _add_curve,
    "RANGE": _add_range,
    "COLOR": _add_color,
    "VIDEO_EDIT": _add_video_edit,
    "PREVIEW_3D": _add_viewer,
    "LOAD_3D": _add_scene,
    "LOAD_3D_ADVANCED": _add_advanced_scene,
}
