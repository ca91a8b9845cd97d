"""Keeps what the image server reads in a prompt whole while a language model rewrites the rest."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"<[A-Za-z]+:[^<>]+>")
"""`<lora:name:0.8>`, `<hypernet:…>`: taken out and put back at the end."""

_WEIGHT = re.compile(r"\(([^():\\]+):(-?[\d.]+)\)")
"""`(word:1.2)`: the model sees the word, its weight comes back."""

_VERBATIM = re.compile(r"__[\w/*-]+__|\bembedding:[\w./\\-]+|\{[^{}]*\|[^{}]*\}")
"""Wildcards, embeddings and `{a|b}` choices: the model sees them and must not lose them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedPrompt:
    """A prompt as a language model may see it, and what has to come back."""

    text: str
    tags: tuple[str, ...]
    weights: tuple[tuple[str, str], ...]
    verbatim: tuple[str, ...]

    def restore(self, reply: str) -> str:
        """`reply` with everything back in it; what the model lost is appended."""
        text = reply
        lost = [part for part in self.verbatim if part not in text]
        for word, weight in self.weights:
            weighted = f"({word}:{weight})"
            text, count = re.subn(rf"(?<!\()\b{re.escape(word)}\b", lambda _, w=weighted: w, text, count=1)
            lost += [] if count else [weighted]
        joined = ", ".join([text.rstrip(" ,"), *lost])
        return " ".join([joined, *self.tags])


def protect(prompt: str) -> ProtectedPrompt:
    """Part `prompt` into what a language model may rewrite and what it may not."""
    tags = tuple(_TAG.findall(prompt))
    text = _TAG.sub("", prompt)
    weights = tuple((word.strip(), weight) for word, weight in _WEIGHT.findall(text))
    text = _WEIGHT.sub(lambda match: match[1].strip(), text)
    text = re.sub(r"(\s*,)+", ",", re.sub(r"[ \t]+", " ", text)).strip(" ,\n")
    return ProtectedPrompt(text=text, tags=tags, weights=weights, verbatim=tuple(_VERBATIM.findall(text)))
