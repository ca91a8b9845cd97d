"""The workflow in videos and animations that ComfyUI wrote, and files that only look like them."""

import json
import random
import struct
from io import BytesIO
from pathlib import Path

import pytest

from tui.domain.errors import PictureError
from tui.media.metadata import read_texts
from tui.media.video_metadata import mp4_texts, webm_texts

MEDIA = Path(__file__).parent.parent / "recordings" / "comfyui" / "media"
FILES = sorted(MEDIA.iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_comfyui_saved_carries_its_graph_and_canvas(path: Path) -> None:
    texts = read_texts(path)
    assert json.loads(texts["prompt"])["1"]["class_type"] == "EmptyImage"
    assert json.loads(texts["workflow"])["note"] == "hi"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def commented(text: str) -> bytes:
    """A video as other programs write it: one comment, in the iTunes way."""
    data = box(b"data", struct.pack(">II", 1, 0) + text.encode())
    meta = b"\0\0\0\0" + box(b"hdlr", bytes(25)) + box(b"ilst", box(b"\xa9cmt", data))
    return (
        box(b"ftyp", b"isom\0\0\0\0")
        + box(b"mdat", bytes(64))
        + box(b"moov", box(b"udta", box(b"meta", meta)))
    )


def test_a_comment_in_json_is_opened() -> None:
    comment = json.dumps({"prompt": '{"1": {}}', "workflow": {"nodes": []}})
    texts = read_texts(commented(comment))
    assert texts["prompt"] == '{"1": {}}'
    assert json.loads(texts["workflow"]) == {"nodes": []}


@pytest.mark.parametrize("comment", ["plain words", "[1, 2]", "[" * 100_000, "{"])
def test_a_comment_that_is_no_json_is_left_as_it_is(comment: str) -> None:
    assert read_texts(commented(comment)) == {"\xa9cmt": comment}


def element(name: str, body: bytes, *, size: bytes | None = None) -> bytes:
    length = struct.pack(">Q", len(body) | 1 << 56) if size is None else size
    return bytes.fromhex(name) + length + body


def test_the_tags_of_a_live_recording_are_found_behind_clusters_without_a_size() -> None:
    tag = element("67C8", element("45A3", b"PROMPT") + element("4487", b'{"1": {}}'))
    tags = element("1254C367", element("7373", tag))
    cluster = element("1F43B675", element("E7", b"\0") + element("A3", bytes(50)), size=b"\xff")
    segment = element("18538067", cluster + cluster + tags, size=b"\x01" + b"\xff" * 7)
    assert read_texts(element("1A45DFA3", b"webm") + segment) == {"prompt": '{"1": {}}'}


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in {".mp4", ".webm"}], ids=str)
def test_a_damaged_video_is_read_without_a_crash(path: Path) -> None:
    whole = path.read_bytes()
    chance = random.Random(5)
    for cut in range(0, len(whole), 17):
        read_texts(whole[:cut])
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        read_texts(bytes(broken))


def test_a_file_of_nothing_but_empty_boxes_ends() -> None:
    assert mp4_texts(BytesIO(box(b"free", b"") * 300_000)) == {}
    assert webm_texts(BytesIO(b"\xec\x80" * 300_000)) == {}


def test_boxes_within_boxes_without_end_are_not_followed_for_ever() -> None:
    deep = b""
    for _ in range(2000):
        deep = box(b"udta", deep)
    assert mp4_texts(BytesIO(box(b"ftyp", b"isom") + deep)) == {}


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(PictureError):
        read_texts(tmp_path)
