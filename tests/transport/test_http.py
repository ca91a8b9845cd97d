"""Every way an exchange can go wrong, as a sentence."""

import asyncio
import zlib

import msgspec
import pytest

from tests.support.exchange import failure, settings
from tests.support.fault_proxy import reply
from tests.support.raw_server import answering, server
from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    RequestRejectedError,
    ServerRefusedError,
    ServerReplyError,
    ServerUnreachableError,
)
from tui.domain.settings import ServerKind, ServerSettings
from tui.transport import http
from tui.transport.http import HttpClient, is_nearby, label_of

BAD_ANSWERS = {
    "a web page": (
        reply("200 OK", "  <!DOCTYPE html><title>Login</title>", "text/html"),
        ServerReplyError,
        "answered /queue with a web page",
    ),
    "no JSON": (reply("200 OK", "{'a': 1}"), ServerReplyError, "something that is not JSON"),
    "half a JSON": (reply("200 OK", '{"a": [1'), ServerReplyError, "something that is not JSON"),
    "a deep JSON": (reply("200 OK", "[" * 200_000), ServerReplyError, "something that is not JSON"),
    "bad UTF-8": (reply("200 OK", b'"\xff\xfe"'), ServerReplyError, "something that is not JSON"),
    "401": (reply("401 Unauthorized"), ServerRefusedError, "refused access (401)"),
    "403 with a page": (reply("403 Forbidden", "<html>no"), ServerRefusedError, "refused access (403)."),
    "404": (reply("404 Not Found"), NotFoundError, "does not know /queue (404)"),
    "405": (reply("405 Method Not Allowed"), NotFoundError, "does not know /queue (405)"),
    "413": (reply("413 Payload Too Large"), RequestRejectedError, "too large (413)"),
    "400 with text": (reply("400 Bad Request", "no such thing"), RequestRejectedError, "“no such thing”"),
    "302": (reply("302 Found", Location="https://login.example"), ServerReplyError, "elsewhere (302)"),
    "500 with text": (
        reply("500 Internal Server Error", "500 Internal Server Error\n\nServer got itself in trouble"),
        ServerReplyError,
        "failed inside (500). It said: “500 Internal Server Error Server got itself in trouble”",
    ),
    "502 with a page": (
        reply("502 Bad Gateway", "<html>nginx"),
        AnswerLostError,
        "A gateway got no answer from ComfyUI on 127.0.0.1 (502)",
    ),
    "escape sequences": (
        reply("500 Oops", "\x1b]0;owned\x07\x1b[2Jbad\u202e"),
        ServerReplyError,
        "“]0;owned[2Jbad”",
    ),
    "two gigabytes announced": (
        reply("200 OK").replace(b"Content-Length: 0", b"Content-Length: 2147483648"),
        ServerReplyError,
        "more than 128 MB",
    ),
    "an encoding nobody asked for": (
        reply("200 OK", b"x", Content_Encoding="br"),
        ServerReplyError,
        "cannot be read",
    ),
    "gzip that is none": (
        reply("200 OK", b"plain text", Content_Encoding="gzip"),
        ServerReplyError,
        "cannot be read",
    ),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", AnswerLostError, "broke off"),
    "nothing": (b"", AnswerLostError, "broke off"),
    "half of it": (reply("200 OK", '{"a": 1}')[:-4], AnswerLostError, "broke off"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_a_bad_answer_reads_as_a_sentence(name: str) -> None:
    raw, kind, words = BAD_ANSWERS[name]
    async with server(answering(raw)) as address:
        error = await failure(settings(address))
    assert type(error) is kind
    assert words in error.sentence
    assert "ComfyUI on 127.0.0.1 " in error.title
    assert error.advice or kind is RequestRejectedError
    assert "\x1b" not in error.sentence


async def test_a_refused_connection_asks_whether_it_runs(unused_tcp_port: int) -> None:
    error = await failure(settings(f"127.0.0.1:{unused_tcp_port}"))
    assert type(error) is ServerUnreachableError
    assert error.sentence == "ComfyUI on 127.0.0.1 refused the connection. Is it running?"


async def test_an_unknown_name_asks_for_the_address() -> None:
    error = await failure(settings("http://no-such-host.invalid:8188"))
    assert type(error) is ServerUnreachableError
    assert "cannot be found" in error.title


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "http://127.0.0.1:99999", "127.0.0.1:8188/x", "http://", "http://[::1"]
)
async def test_what_is_no_address_is_said(url: str) -> None:
    where = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=url)
    error = await failure(where)
    assert isinstance(error, ServerUnreachableError)
    assert error.title


async def test_a_server_that_never_answers_took_too_long() -> None:
    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(hang) as address:
        error = await failure(settings(address), timeout=0.5)
    assert type(error) is AnswerLostError
    assert "took too long" in error.title


async def test_an_answer_that_trickles_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_WHOLE_ANSWER", 0.1)

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with server(trickle) as address:
        error = await failure(settings(address), timeout=10)
    assert type(error) is AnswerLostError
    assert "did not finish" in error.title


async def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAXIMUM_JSON", 2**20)
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()
            sent += 65536

    async with server(pour) as address:
        error = await failure(settings(address))
    assert "more than 1 MB" in error.title
    assert sent < 16 * 2**20


async def test_a_decompression_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAXIMUM_JSON", 2**20)
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b" " * 200 * 2**20) + packer.flush()
    assert len(bomb) < 2**20
    async with server(answering(reply("200 OK", bomb, Content_Encoding="gzip"))) as address:
        error = await failure(settings(address))
    assert "more than 1 MB" in error.title


async def test_a_file_is_streamed_in_pieces_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async with server(answering(reply("200 OK", b"x" * 300_000, "image/png"))) as address:
        client = HttpClient(settings(address))
        pieces = [piece async for piece in client.stream("/view", filename="a b&c.png")]
        assert b"".join(pieces) == b"x" * 300_000
        assert len(pieces) > 1
        monkeypatch.setattr(http, "MAXIMUM_FILE", 2**20)
        await client.aclose()
    huge = reply("200 OK", "", "image/png").replace(b"Content-Length: 0", b"Content-Length: 2147483648")
    async with server(answering(huge)) as address:
        client = HttpClient(settings(address))
        with pytest.raises(ServerReplyError, match="more than 1 MB"):
            _ = [piece async for piece in client.stream("/view")]
        await client.aclose()


async def test_json_of_another_shape_is_said() -> None:
    class Answer(msgspec.Struct):
        system: dict[str, str]

    async with server(answering(reply("200 OK", '{"state": "idle"}'))) as address:
        client = HttpClient(settings(address))
        with pytest.raises(ServerReplyError, match=r"something unexpected .*system"):
            await client.get_as(Answer, "/system_stats")
        await client.aclose()


async def test_a_closed_client_says_so() -> None:
    client = HttpClient(settings("127.0.0.1:1"))
    await client.aclose()
    with pytest.raises(ServerUnreachableError, match="closed here"):
        await client.get_json("/queue")


async def test_a_path_prefix_is_kept() -> None:
    heads: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply("200 OK", "{}"))

    async with server(note) as address:
        client = HttpClient(settings(f"{address}/comfy/"))
        await client.get_json("/queue")
        await client.aclose()
    assert heads[0].startswith(b"GET /comfy/queue HTTP/1.1")


async def test_after_a_failed_answer_the_next_request_takes_a_new_connection() -> None:
    connections = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        status = b"500 Internal Server Error" if connections == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\n{}" % status)
        await writer.drain()
        await reader.read(1)  # a second request here is hung up on, without an answer

    async with server(handle) as address:
        client = HttpClient(settings(address))
        response, _ = await client.exchange("GET", "/queue")
        assert response.status_code == 500
        assert await client.get_json("/queue") == {}
        await client.aclose()
    assert connections == 2


async def test_the_environments_proxy_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with server(answering(reply("200 OK", "{}"))) as address:
        client = HttpClient(settings(address))
        assert await client.get_json("/queue") == {}
        await client.aclose()


@pytest.mark.parametrize(
    ("url", "nearby"),
    [
        ("http://127.0.0.1:1", True),
        ("http://localhost", True),
        ("http://gpu-box:8188", True),
        ("http://192.168.1.7", True),
        ("http://[::1]:8188", True),
        ("https://comfy.example.org", False),
        ("http://8.8.8.8", False),
    ],
)
def test_nearby_hosts_are_known(url: str, nearby: bool) -> None:
    assert is_nearby(url) is nearby


@pytest.mark.parametrize(
    ("name", "url", "label"),
    [
        ("comfyui", "http://gpu-box:8188", "ComfyUI on gpu-box"),
        ("big one", "http://gpu-box:8188", "big one on gpu-box"),
        ("gpu-box:8188", "http://gpu-box:8188", "ComfyUI at gpu-box:8188"),
        ("gpu-box/comfy", "https://gpu-box/comfy", "ComfyUI at gpu-box/comfy"),
        ("me:secret@gpu-box:8188", "http://me:secret@gpu-box:8188", "ComfyUI at gpu-box:8188"),
    ],
)
def test_a_server_is_called_by_its_name_or_else_by_its_address(name: str, url: str, label: str) -> None:
    assert label_of(ServerSettings(name=name, kind=ServerKind.COMFYUI, url=url)) == label
