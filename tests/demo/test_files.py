"""Uploads, downloads and userdata, replayed from recordings and attacked."""

import base64
import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from tests.support import comfyui_recordings as recordings
from tui.demo.server import EmbeddedEngine

UPLOADS = sorted(path.stem for path in (recordings.FOLDER / "http").glob("upload_*.json"))


@pytest.fixture
async def http(engine: EmbeddedEngine) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(engine.url) as session:
        yield session


def _form(fields: list[dict[str, Any]]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # names as other clients send them
    for field in fields:
        if "value" in field:
            form.add_field(field["name"], field["value"])
        else:
            data = base64.b64decode(field["body_base64"])
            form.add_field(
                field["name"], data, filename=field["filename"], content_type=field["content_type"]
            )
    return form


def _file(name: str, data: bytes = b"data", **fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData(fields, quote_fields=False)
    form.add_field("image", data, filename=name)
    return form


@pytest.mark.parametrize("name", UPLOADS)
async def test_an_upload_is_answered_as_recorded(
    http: aiohttp.ClientSession, engine: EmbeddedEngine, name: str
) -> None:
    request, expected = recordings.exchange(name)
    if "renamed" in name or "overwrite" in name or "same_bytes" in name:
        (engine.folder / "input" / "up1.png").write_bytes(_up1())
    async with http.post(request["path"], data=_form(request["multipart"])) as response:
        assert response.status == expected["status"]
        text = await response.text()
        assert (
            text == expected["body"]
            if isinstance(expected["body"], str)
            else json.loads(text) == expected["body"]
        )


def _up1() -> bytes:
    fields = recordings.exchange("upload_image_200")[0]["multipart"]
    return base64.b64decode(fields[0]["body_base64"])


async def test_a_renamed_upload_leaves_the_old_file_alone(
    http: aiohttp.ClientSession, engine: EmbeddedEngine
) -> None:
    names: list[str] = []
    for data in (b"one", b"two", b"three", b"two"):
        async with http.post("/upload/image", data=_file("x.png", data)) as response:
            names.append((await response.json())["name"])

    assert names == ["x.png", "x (1).png", "x (2).png", "x (1).png"]
    assert (engine.folder / "input" / "x.png").read_bytes() == b"one"


async def test_an_uploaded_mask_is_the_original_with_its_alpha(
    http: aiohttp.ClientSession, engine: EmbeddedEngine
) -> None:
    request, _ = recordings.exchange("upload_mask_200")
    async with http.post("/upload/mask", data=_form(request["multipart"])) as response:
        assert response.status == 200
    with Image.open(engine.folder / "input" / "mask_a.png") as kept:
        original = Image.open(engine.folder / "input" / "example.png")
        assert kept.mode == "RGBA"
        assert kept.convert("RGB").tobytes() == original.tobytes()
        assert kept.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("name", "subfolder"),
    [
        ("../x.png", ""),
        ("..\\x.png/../../../x", ""),
        ("x.png", "../.."),
        ("x.png", "/etc"),
        ("/etc/x.png", ""),
    ],
)
async def test_no_upload_leaves_the_folder(
    http: aiohttp.ClientSession, engine: EmbeddedEngine, name: str, subfolder: str
) -> None:
    before = _files(engine.folder.parent)
    async with http.post("/upload/image", data=_file(name, subfolder=subfolder)) as response:
        assert response.status in (400, 500)  # an absolute name does not even parse as a file's
    assert _files(engine.folder.parent) == before


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("filename=", 400),
        ("filename=/etc/passwd", 400),
        ("filename=../x.png", 400),
        ("filename=x..png", 400),
        ("filename=example.png&type=bogus", 400),
        ("filename=example.png&type=input&subfolder=../..", 403),
        ("filename=example.png&type=input&subfolder=/etc", 403),
        ("filename=nosuch.png&type=input", 404),
        ("filename=sub/dir/example.png&type=input", 200),
        ("filename=example.png&type=input", 200),
        ("filename=notimg.png&type=input&preview=webp", 500),
        ("filename=example.png&type=input&preview=webp;500", 500),
    ],
)
async def test_view_answers_safely(http: aiohttp.ClientSession, query: str, status: int) -> None:
    async with http.get(URL(f"/api/view?{query}", encoded=True)) as response:
        assert response.status == status


async def test_view_serves_ranges_tags_and_kinds(http: aiohttp.ClientSession, engine: EmbeddedEngine) -> None:
    whole = (engine.folder / "input" / "example.png").read_bytes()
    path = "/view?filename=example.png&type=input"
    async with http.get(path) as response:
        recorded = recordings.exchange("view_output_png")[1]["headers"]
        assert {name.lower() for name in response.headers} >= set(recorded)
        assert response.headers["Content-Disposition"] == 'filename="example.png"'
        assert await response.read() == whole
        tag = response.headers["ETag"]
    async with http.get(path, headers={"Range": "bytes=0-63"}) as response:
        assert response.status == 206
        assert await response.read() == whole[:64]
    async with http.get(path, headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    async with http.post("/upload/image", data=_file("page.html", b"<script>")) as response:
        assert response.status == 200
    async with http.get("/view?filename=page.html&type=input") as response:
        assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("query", "kind", "mode"),
    [
        ("preview=webp;80", "WEBP", "RGBA"),
        ("preview=jpeg;60", "JPEG", "RGB"),
        ("channel=rgb", "PNG", "RGB"),
        ("channel=a", "PNG", "RGBA"),
    ],
)
async def test_view_re_encodes_without_resizing(
    http: aiohttp.ClientSession, query: str, kind: str, mode: str
) -> None:
    async with http.get(f"/view?filename=masked.png&type=input&{query}") as response:
        picture = Image.open(BytesIO(await response.read()))

    assert (picture.format, picture.mode, picture.size) == (kind, mode, (128, 128))


async def test_userdata_behaves_as_recorded(http: aiohttp.ClientSession) -> None:
    names = (
        "userdata_no_dir_400",
        "userdata_save",
        "userdata_exists_409",
        "userdata_get",
        "userdata_list_names",
        "userdata_plain_slash_404",
        "userdata_missing_404",
        "userdata_traversal_403",
        "userdata_move",
        "userdata_delete_204",
    )
    for name in names:
        request, expected = recordings.exchange(name)
        body = {"json": request["body"]} if "body" in request else {}
        url = URL(request["path"], encoded=True)
        async with http.request(request["method"], url, **body) as response:
            assert response.status == expected["status"], name
            text = await response.text()
            is_json = response.headers.get("Content-Type", "").startswith("application/json")
            if name != "userdata_traversal_403":
                assert (json.loads(text) if is_json else text) == expected["body"], name


async def test_a_body_over_the_limit_is_413(tmp_path: Path) -> None:
    async with (
        EmbeddedEngine(tmp_path / "small", step_delay=0, max_upload_size=50_000) as engine,
        aiohttp.ClientSession(engine.url) as http,
    ):
        for path, body in (("/upload/image", _file("x.png", b"x" * 60_000)), ("/prompt", b"x" * 60_000)):
            async with http.post(path, data=body) as response:
                assert response.status == 413
                assert response.headers["Content-Type"].startswith("text/plain")
