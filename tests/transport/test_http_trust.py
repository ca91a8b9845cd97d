"""Certificates, keys and passwords: what is trusted, and what is never told."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.support.exchange import failure, settings
from tests.support.fault_proxy import reply
from tests.support.raw_server import answering, server
from tui.domain.errors import (
    SettingsError,
)
from tui.domain.settings import Secret
from tui.transport.http import HttpClient


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl, which is not here")
    key, pem = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", pem, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, pem


async def test_a_certificate_nobody_signed_must_be_trusted_first(
    certificate: tuple[Path, Path],
) -> None:
    key, pem = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, key)
    async with server(answering(reply("200 OK", "{}")), ssl=context) as address:
        url = f"https://{address}"
        error = await failure(settings(url))
        assert "certificate of ComfyUI on 127.0.0.1 is not trusted" in error.title
        for fields in ({"ca_file": str(pem)}, {"verifies_tls": False}):
            client = HttpClient(settings(url, **fields))
            assert await client.get_json("/queue") == {}
            await client.aclose()


async def test_https_to_a_plain_server_is_said() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(reply("400 Bad Request"))
        await writer.drain()

    async with server(greet) as address:
        error = await failure(settings(f"https://{address}"))
    assert "does not speak TLS" in error.title


async def test_a_ca_file_that_is_not_there_is_a_setting_to_correct() -> None:
    with pytest.raises(SettingsError, match="CA file"):
        HttpClient(settings("https://127.0.0.1:1", ca_file="/nonexistent.pem"))


SECRET = "hunter2-topsecret"


async def test_secrets_reach_the_server_and_no_error() -> None:
    heads: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply("500 Oops", "no"))
        await writer.drain()

    fields: list[dict[str, Any]] = [
        {"api_key": Secret(SECRET)},
        {"headers": MappingProxyType({"X-Key": Secret(SECRET)})},
        {"username": "me", "password": Secret(SECRET)},
    ]
    for given in fields:
        async with server(refuse) as address:
            where = settings(address, **given)
            errors = [await failure(where), await failure(settings("127.0.0.1:1", **given))]
        for error in errors:
            chain = [error, error.__cause__, error.__context__]
            assert SECRET not in "".join(f"{link!r}{link}{vars(link) if link else ''}" for link in chain)
        assert SECRET not in repr(where)
    assert f"Authorization: Bearer {SECRET}".encode().lower() in heads[0].lower()
    assert f"x-key: {SECRET}".encode() in heads[1].lower()
    assert b"authorization: basic" in heads[2].lower()


@pytest.mark.parametrize("key", ["line\nbreak", "schlüssel", "bell\x07"])
async def test_a_key_that_cannot_be_sent_is_a_setting_to_correct(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        HttpClient(settings("127.0.0.1:1", api_key=Secret(key)))
    assert key not in caught.value.sentence
