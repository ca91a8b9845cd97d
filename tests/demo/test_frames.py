"""The bytes of preview frames, held against recorded ones."""

import json
import struct
from io import BytesIO

import pytest
from PIL import Image

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, listening
from tui.demo.events import Preview, encoded
from tui.demo.server import EmbeddedEngine


@pytest.mark.parametrize(
    "name", ["ws_txt2img_cold_type4.01.type4.bin", "ws_save_image_websocket.01.type4.bin"]
)
def test_a_frame_with_metadata_is_the_recorded_one_to_the_byte(name: str) -> None:
    recorded = recordings.frame(name)
    length = struct.unpack(">I", recorded[4:8])[0]
    metadata = json.loads(recorded[8 : 8 + length])
    preview = Preview(
        data=recorded[8 + length :],
        image_format=metadata["image_type"].removeprefix("image/").upper(),
        node_id=metadata["node_id"],
        prompt_id=metadata["prompt_id"],
    )

    assert preview.frame_with_metadata() == recorded


def test_a_plain_frame_is_the_recorded_one_to_the_byte() -> None:
    recorded = recordings.frame("ws_txt2img_warm_type1.01.type1.bin")
    preview = Preview(data=recorded[8:], image_format="JPEG", node_id="3", prompt_id="x")

    assert preview.frame() == recorded


@pytest.mark.parametrize(
    ("size", "expected"), [((128, 64), (512, 256)), ((512, 512), (512, 512)), ((600, 1200), (256, 512))]
)
def test_previews_fit_512_pixels_upwards_too(size: tuple[int, int], expected: tuple[int, int]) -> None:
    data = encoded(Image.new("RGB", size), 512, "JPEG")

    assert Image.open(BytesIO(data)).size == expected


async def test_each_step_shows_another_picture(client: Listener) -> None:
    await client.run(recordings.graph("txt2img"))

    pictures = [frame[8 + struct.unpack(">I", frame[4:8])[0] :] for frame in client.frames()]
    assert len(set(pictures)) == 6
    assert all(Image.open(BytesIO(picture)).format == "JPEG" for picture in pictures)


async def test_flags_count_only_as_the_first_message_that_is_json(engine: EmbeddedEngine) -> None:
    async with listening(engine.url, flags=False) as late, listening(engine.url, flags=False) as forgiven:
        await late.socket.send_str('{"type": "hello"}')
        await forgiven.socket.send_str("not json")
        for client in (late, forgiven):
            await client.socket.send_str(
                '{"type": "feature_flags", "data": {"supports_preview_metadata": true}}'
            )
            await client.run(recordings.graph("txt2img"))

        assert {frame[3] for frame in late.frames()} == {1}
        assert late.messages("feature_flags") == []
        assert forgiven.messages("feature_flags") == [recordings.exchange("features")[1]["body"]]
