"""Where the engine keeps its files, and the only way from a client's file name to a path."""

from dataclasses import dataclass
from pathlib import Path

FOLDER_TYPES = ("input", "output", "temp")

MODELS: dict[str, tuple[str, ...]] = {
    "checkpoints": ("procedural-painter.safetensors",),
    "configs": (),
    "loras": ("procedural-ink.safetensors",),
    "vae": ("procedural-pixels.safetensors",),
    "text_encoders": (),
    "diffusion_models": (),
    "clip_vision": (),
    "style_models": (),
    "embeddings": (),
    "controlnet": ("procedural-canny.safetensors",),
    "upscale_models": ("procedural-2x.safetensors",),
}
"""What the engine offers in place of weights: names only, each with a meaning to the painter."""


class UnsafePathError(Exception):
    """A client's file name leads out of the folder it names."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The engine's folders under one root."""

    root: Path

    def of_type(self, kind: str) -> Path:
        """The folder for input, output or temp."""
        if kind not in FOLDER_TYPES:
            raise KeyError(kind)
        return self.root / kind

    @property
    def userdata(self) -> Path:
        """What clients saved: canvases under `workflows/`."""
        return self.root / "user" / "default"

    def make(self) -> None:
        """Create every folder."""
        for kind in FOLDER_TYPES:
            self.of_type(kind).mkdir(parents=True, exist_ok=True)
        self.userdata.mkdir(parents=True, exist_ok=True)

    def input_images(self) -> list[str]:
        """The names LoadImage offers: top-level files of the input folder, as ComfyUI lists them."""
        folder = self.of_type("input")
        return sorted(entry.name for entry in folder.iterdir() if entry.is_file()) if folder.is_dir() else []

    def annotated(self, name: str) -> Path:
        """The file behind `name`, `sub/name` or `name [output]`."""
        for kind in FOLDER_TYPES:
            if name.endswith(f"[{kind}]"):
                return inside(self.of_type(kind), name[: -len(kind) - 2].rstrip())
        return inside(self.of_type("input"), name)


def inside(folder: Path, name: str) -> Path:
    """`name` under `folder`, or an error when it would leave it."""
    if "\0" in name:
        raise UnsafePathError(name)
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise UnsafePathError(name)
    return path
