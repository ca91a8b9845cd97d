"""Writes a language model small enough for tests: a llama whose next word depends on the last word alone.

Attention and feed-forward weigh nothing; the embedding is the identity, and the output matrix holds which
word follows which. What it says is a chain of words about pictures. `work` adds weights of zero, as a hole in
the file: arithmetic without effect, which slows a server down so that a test can act amid an answer.
"""

import struct
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

SENTENCES = (
    "a red fox in deep snow , soft morning light , fine detail",
    "a quiet harbour at dusk , fishing boats , warm lanterns , oil painting",
    "an old sailor , weathered face , dramatic side light , 85mm photograph",
    "a small wooden cabin under tall pines , northern lights , long exposure",
)
WIDTH = 512
ALIGNMENT = 32
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_SIZES = {_UINT32: "<I", _INT32: "<i", _FLOAT32: "<f", _BOOL: "<?"}
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
_TEMPLATE = (
    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def write_tiny_llm(path: Path, *, name: str = "tiny-llm", work: int = 32, ends: bool = True) -> Path:
    """Write the model to `path`; with `ends` false it goes on until its word limit."""
    tokens = _tokens()
    tensors: list[tuple[str, tuple[int, ...], array[float] | None]] = [
        ("token_embd.weight", (WIDTH, len(tokens)), _identity(len(tokens))),
        ("output_norm.weight", (WIDTH,), array("f", [WIDTH**-0.5]) * WIDTH),
        ("output.weight", (WIDTH, len(tokens)), _chain(tokens, ends=ends)),
        ("blk.0.attn_norm.weight", (WIDTH,), array("f", [1.0]) * WIDTH),
        ("blk.0.ffn_norm.weight", (WIDTH,), array("f", [1.0]) * WIDTH),
        *((f"blk.0.attn_{part}.weight", (WIDTH, WIDTH), None) for part in ("q", "k", "v", "output")),
        ("blk.0.ffn_gate.weight", (WIDTH, work), None),
        ("blk.0.ffn_up.weight", (WIDTH, work), None),
        ("blk.0.ffn_down.weight", (work, WIDTH), None),
    ]
    with path.open("wb") as file:
        _write_header(file, _facts(name, tokens, work), tensors)
        for _, shape, values in tensors:
            _pad(file)
            if values is not None:
                values.tofile(file)
            else:
                file.seek(4 * shape[0] * shape[1], 1)
        file.truncate()
    return path


def _tokens() -> list[str]:
    words = sorted({_piece(word) for sentence in SENTENCES for word in sentence.split()})
    letters = [letter for letter in map(chr, range(33, 127)) if letter not in words]
    return ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *words, *letters, "▁"]


def _piece(word: str) -> str:
    return word if word == "," else f"▁{word}"


def _identity(size: int) -> "array[float]":
    values = array("f", bytes(4 * size * WIDTH))
    for index in range(size):
        values[index * WIDTH + index] = 1.0
    return values


def _chain(tokens: list[str], *, ends: bool) -> "array[float]":
    """The output matrix, row by row: how likely each token is after each."""
    ids = {token: index for index, token in enumerate(tokens)}
    values = array("f", [-12.0]) * (len(tokens) * WIDTH)
    sentences = [[ids[_piece(word)] for word in sentence.split()] for sentence in SENTENCES]
    for sentence in sentences:
        for last in range(len(tokens)):
            values[sentence[0] * WIDTH + last] = 1.0
    for sentence in sentences:
        for last, following in pairwise(sentence):
            values[following * WIDTH + last] = 6.0
        if ends:
            values[ids["</s>"] * WIDTH + sentence[-1]] = 12.0
    return values


def _facts(name: str, tokens: list[str], work: int) -> list[tuple[str, int, object]]:
    types = [_UNKNOWN, _CONTROL, _CONTROL, *[_BYTE] * 256, *[_NORMAL] * (len(tokens) - 259)]
    scores = [0.0] * 259 + [-float(index) for index in range(len(tokens) - 259)]
    return [
        ("general.architecture", _STRING, "llama"),
        ("general.name", _STRING, name),
        ("llama.context_length", _UINT32, 4096),
        ("llama.embedding_length", _UINT32, WIDTH),
        ("llama.block_count", _UINT32, 1),
        ("llama.feed_forward_length", _UINT32, work),
        ("llama.attention.head_count", _UINT32, 8),
        ("llama.attention.head_count_kv", _UINT32, 8),
        ("llama.attention.layer_norm_rms_epsilon", _FLOAT32, 1e-6),
        ("llama.rope.dimension_count", _UINT32, WIDTH // 8),
        ("llama.vocab_size", _UINT32, len(tokens)),
        ("tokenizer.ggml.model", _STRING, "llama"),
        ("tokenizer.ggml.tokens", _ARRAY, (_STRING, tokens)),
        ("tokenizer.ggml.scores", _ARRAY, (_FLOAT32, scores)),
        ("tokenizer.ggml.token_type", _ARRAY, (_INT32, types)),
        ("tokenizer.ggml.bos_token_id", _UINT32, 1),
        ("tokenizer.ggml.eos_token_id", _UINT32, 2),
        ("tokenizer.ggml.unknown_token_id", _UINT32, 0),
        ("tokenizer.ggml.add_bos_token", _BOOL, True),
        ("tokenizer.ggml.add_space_prefix", _BOOL, False),
        ("tokenizer.chat_template", _STRING, _TEMPLATE),
    ]


def _write_header(
    file: BinaryIO,
    facts: Sequence[tuple[str, int, object]],
    tensors: Iterable[tuple[str, tuple[int, ...], object]],
) -> None:
    listed = list(tensors)
    file.write(b"GGUF" + struct.pack("<IQQ", 3, len(listed), len(facts)))
    for key, kind, value in facts:
        file.write(_text(key) + struct.pack("<I", kind) + _value(kind, value))
    offset = 0
    for name, shape, _ in listed:
        file.write(_text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        offset += -(-size // ALIGNMENT) * ALIGNMENT


def _value(kind: int, value: object) -> bytes:
    match kind, value:
        case (_, str() as words):
            return _text(words)
        case (_, (int() as inner, list() as items)):
            head = struct.pack("<IQ", inner, len(items))
            return head + b"".join(_value(inner, item) for item in items)
        case _:
            return struct.pack(_SIZES[kind], value)


def _text(words: str) -> bytes:
    data = words.encode()
    return struct.pack("<Q", len(data)) + data


def _pad(file: BinaryIO) -> None:
    file.seek(-file.tell() % ALIGNMENT, 1)
