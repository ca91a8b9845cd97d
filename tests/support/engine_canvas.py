"""A canvas workflow that the embedded engine and a real ComfyUI can run."""

from typing import Any

from tests.support.canvas import canvas, node

CHECKPOINT = "procedural-painter.safetensors"


def txt2img_canvas(checkpoint: str = CHECKPOINT, **more: Any) -> dict[str, Any]:
    """The page's default workflow: a loader, two prompts, a size, a sampler, a picture; and a primitive."""
    return canvas(
        node(
            4,
            "CheckpointLoaderSimple",
            [checkpoint],
            outputs=[("MODEL", [1]), ("CLIP", [3, 5]), ("VAE", [8])],
        ),
        node(5, "EmptyLatentImage", [128, 96, 1], outputs=[("LATENT", [2])]),
        node(
            6,
            "CLIPTextEncode",
            ["a red fox"],
            inputs=[("clip", "CLIP", 3)],
            outputs=[("CONDITIONING", [4])],
            title="What is seen",
        ),
        node(7, "CLIPTextEncode", ["blurry"], inputs=[("clip", "CLIP", 5)], outputs=[("CONDITIONING", [6])]),
        node(
            3,
            "KSampler",
            [41, "randomize", 4, 7, "euler", "normal", 1],
            inputs=[
                ("model", "MODEL", 1),
                ("positive", "CONDITIONING", 4),
                ("negative", "CONDITIONING", 6),
                ("latent_image", "LATENT", 2),
                ("steps", "INT", 10, True),
            ],
            outputs=[("LATENT", [7])],
        ),
        node(11, "PrimitiveNode", [4, "fixed"], outputs=[("INT", [10])], title="How many steps"),
        node(8, "VAEDecode", inputs=[("samples", "LATENT", 7), ("vae", "VAE", 8)], outputs=[("IMAGE", [9])]),
        node(9, "SaveImage", ["canvas"], inputs=[("images", "IMAGE", 9)]),
        links=[
            (1, 4, 0, 3, 0, "MODEL"),
            (2, 5, 0, 3, 3, "LATENT"),
            (3, 4, 1, 6, 0, "CLIP"),
            (4, 6, 0, 3, 1, "CONDITIONING"),
            (5, 4, 1, 7, 0, "CLIP"),
            (6, 7, 0, 3, 2, "CONDITIONING"),
            (7, 3, 0, 8, 0, "LATENT"),
            (8, 4, 2, 8, 1, "VAE"),
            (9, 8, 0, 9, 0, "IMAGE"),
            (10, 11, 0, 3, 4, "INT"),
        ],
        **more,
    )
