"""The texts that video makers write into MP4 and WebM files, read without decoding a frame."""

import json
import struct
from collections.abc import Iterator
from typing import BinaryIO, cast

MAXIMUM_TEXT = 64 * 1024 * 1024
"""Bytes of one text, and of all texts of a file."""

_MOST_PARTS = 100_000
"""Boxes or elements of a file that are looked at."""

_DEEPEST = 8
_MP4_FOLDERS = frozenset({b"moov", b"udta", b"meta", b"ilst"})
_COMMENTS = frozenset({"comment", "\xa9cmt"})

_SEGMENT, _CLUSTER, _TAGS, _TAG, _SIMPLE_TAG = 0x18538067, 0x1F43B675, 0x1254C367, 0x7373, 0x67C8
_TAG_NAME, _TAG_TEXT = 0x45A3, 0x4487
_EBML_FOLDERS = frozenset({_SEGMENT, _TAGS, _TAG, _SIMPLE_TAG})


def mp4_texts(stream: BinaryIO) -> dict[str, str]:
    """The texts of an MP4 or MOV by keyword in lower case.

    ComfyUI writes "prompt" and "workflow" as keys of their own (`mdta`), other programs a comment in JSON.
    """
    end = stream.seek(0, 2)
    reader = _Mp4(stream)
    reader.read(0, end, depth=0)
    return with_comment(reader.texts)


def webm_texts(stream: BinaryIO) -> dict[str, str]:
    """The tags of a WebM or Matroska file by name in lower case."""
    end = stream.seek(0, 2)
    reader = _Ebml(stream)
    reader.read(0, end, depth=0)
    return with_comment(reader.texts)


def with_comment(texts: dict[str, str]) -> dict[str, str]:
    """The same, and what a comment in JSON holds under names of its own."""
    for key in _COMMENTS & texts.keys():
        try:
            inner = json.loads(texts[key])
        except (ValueError, RecursionError):
            continue
        if isinstance(inner, dict):
            for name, value in cast("dict[str, object]", inner).items():  # JSON keys are text
                text = value if isinstance(value, str) else json.dumps(value)
                texts.setdefault(name.lower(), text)
    return texts


class _Reader:
    """What both formats share: a stream, a budget, and texts found."""

    def __init__(self, stream: BinaryIO) -> None:
        self.texts: dict[str, str] = {}
        self._stream = stream
        self._parts = 0
        self._left = MAXIMUM_TEXT

    def _may_go_on(self) -> bool:
        self._parts += 1
        return self._parts <= _MOST_PARTS

    def _bytes(self, start: int, length: int) -> bytes:
        if not 0 <= length <= self._left:
            return b""
        self._left -= length
        self._stream.seek(start)
        return self._stream.read(length)


class _Mp4(_Reader):
    """Boxes within boxes; a size and a type before each."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._keys: list[str] = []

    def read(self, start: int, end: int, depth: int) -> None:
        for kind, body, after in self._boxes(start, end):
            if kind == b"keys":
                self._keys = list(_mdta_keys(self._bytes(body, after - body)))
            elif kind == b"ilst":
                self._items(body, after)
            elif kind in _MP4_FOLDERS and depth < _DEEPEST:
                self.read(body + self._skipped(kind, body), after, depth + 1)

    def _boxes(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        while start + 8 <= end and self._may_go_on():
            self._stream.seek(start)
            header = self._stream.read(16)
            if len(header) < 8:
                return
            size, kind = struct.unpack(">I4s", header[:8])
            body = start + 8
            if size == 1 and len(header) == 16:
                size, body = struct.unpack(">Q", header[8:])[0], start + 16
            after = end if size == 0 else start + size
            if after < body or after > end:
                return
            yield kind, body, after
            start = after

    def _skipped(self, kind: bytes, body: int) -> int:
        """A `meta` box has four bytes before its boxes, except in QuickTime files."""
        self._stream.seek(body)
        return 4 if kind == b"meta" and self._stream.read(8)[4:8] != b"hdlr" else 0

    def _items(self, start: int, end: int) -> None:
        for kind, body, after in self._boxes(start, end):
            index = int.from_bytes(kind, "big")
            key = self._keys[index - 1] if 0 < index <= len(self._keys) else kind.decode("latin-1")
            for inner, data, data_end in self._boxes(body, after):
                if inner == b"data" and key:
                    # type and language come before the text
                    text = self._bytes(data + 8, data_end - data - 8).decode("utf-8", "replace")
                    self.texts.setdefault(key.lower(), text)


def _mdta_keys(data: bytes) -> Iterator[str]:
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size < 8:
            return
        yield data[place + 8 : place + size].decode("utf-8", "replace")
        place += size


class _Ebml(_Reader):
    """Elements within elements; an id and a size of variable length before each."""

    def read(self, start: int, end: int, depth: int) -> None:
        name = ""
        for element, body, after in self._elements(start, end):
            if element in _EBML_FOLDERS and depth < _DEEPEST:
                self.read(body, after, depth + 1)
            elif element == _TAG_NAME:
                name = self._bytes(body, after - body).decode("utf-8", "replace").rstrip("\0").lower()
            elif element == _TAG_TEXT and name:
                text = self._bytes(body, after - body).decode("utf-8", "replace").rstrip("\0")
                self.texts.setdefault(name, text)

    def _elements(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        while start < end and self._may_go_on():
            self._stream.seek(start)
            head = self._stream.read(12)
            id_length = _length_of(head[:1], 4)
            size_length = _length_of(head[id_length : id_length + 1], 8)
            if not id_length or not size_length or len(head) < id_length + size_length:
                return
            element = int.from_bytes(head[:id_length], "big")
            raw = int.from_bytes(head[id_length : id_length + size_length], "big")
            size, unknown = raw & ((1 << 7 * size_length) - 1), (1 << 7 * size_length) - 1
            body = start + id_length + size_length
            if size == unknown and element == _CLUSTER:
                after = body  # a live recording: the cluster's parts follow as if beside it
            else:
                after = end if size == unknown else body + size
            if after > end:
                return
            yield element, body, after
            start = after


def _length_of(first: bytes, most: int) -> int:
    """How many bytes a number takes: one more than the zero bits it begins with."""
    if not first or not first[0]:
        return 0
    length = 9 - first[0].bit_length()
    return length if length <= most else 0
