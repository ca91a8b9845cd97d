"""The inputs that the page adds to those which the server declares."""

from tui.workflow.input_specs import InputSpec, parse_input

_AUDIO_PLAYERS = frozenset(
    {"LoadAudio", "SaveAudio", "PreviewAudio", "SaveAudioMP3", "SaveAudioOpus", "SaveAudioAdvanced"}
)
_VIEWERS = frozenset({"Preview3D", "SaveGLB"})
_UPLOADS = ("image_upload", "video_upload", "animated_image_upload")


def page_inputs(class_name: str, declared: tuple[InputSpec, ...]) -> tuple[InputSpec, ...]:
    """What the server declares and what the page adds to it, required inputs first."""
    required = {spec.name: spec for spec in declared if spec.section == "required"}
    for name, kind in added_inputs(class_name, declared).items():
        required[name] = parse_input(name, "required", [kind])
    return (*required.values(), *(spec for spec in declared if spec.section == "optional"))


def added_inputs(class_name: str, declared: tuple[InputSpec, ...]) -> dict[str, str]:
    """The names and types of the inputs that the page adds."""
    required = [spec for spec in declared if spec.section == "required"]
    added: dict[str, str] = {}
    if class_name in _AUDIO_PLAYERS:
        added["audioUI"] = "AUDIO_UI"
    if any(spec.name == "audio" and spec.options.get("audio_upload") is True for spec in required):
        added["upload"] = "AUDIOUPLOAD"
    if any(_uploads_media(spec) for spec in required):
        added["upload"] = "IMAGEUPLOAD"
    if class_name in _VIEWERS:
        added["image"] = "PREVIEW_3D"
    if class_name == "Load3DAdvanced":
        added["viewport_state"] = "LOAD_3D_ADVANCED"
    return added


def _uploads_media(spec: InputSpec) -> bool:
    return spec.type == "COMBO" and any(spec.options.get(key) is True for key in _UPLOADS)
