"""Turns what a language model says into what belongs in a prompt field."""

import re

_FENCE = re.compile(r"^```[\w-]*\n?|```$", re.MULTILINE)
_OPENER = re.compile(
    r"^(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|absolutely)\b[^\n:]*[:!]\s*", re.IGNORECASE
)
_LABEL = re.compile(
    r"^\**(?:(?:improved|expanded|rewritten|new|final|negative|image|positive)\s+)*(?:prompt|description)\**\s*:\**\s*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s+")
_REFUSAL = re.compile(
    r"^(?:i'?m sorry|sorry|i can(?:'|no)t|i am unable|i'm unable|as an ai|i won't)\b", re.IGNORECASE
)
_QUOTES = {'"': '"', "“": "”", "'": "'", "«": "»"}


def clean_reply(text: str) -> str:
    """One prompt: without fences, openers, labels, quotes, bullets and line breaks."""
    text = _FENCE.sub("", text.strip()).strip()
    text = _LABEL.sub("", _OPENER.sub("", text)).strip()
    text = _unquoted(_BULLET.sub("", text))
    return re.sub(r"\s+", " ", text).strip()


def clean_list(text: str, count: int) -> tuple[str, ...]:
    """At most `count` prompts, one a line or one a bullet, without repetitions."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.strip()]
    bulleted = [line for line in lines if _BULLET.match(line)]
    prompts = [clean_reply(line) for line in bulleted or lines]
    return tuple(dict.fromkeys(prompt for prompt in prompts if len(prompt) > 2))[:count]


def is_refusal(text: str) -> bool:
    """Whether the model declined instead of writing a prompt."""
    return bool(_REFUSAL.match(clean_reply(text)))


def within_budget(text: str, words: int) -> str:
    """`text` cut at the last comma or sentence within half as many words again as the budget."""
    limit = words * 3 // 2
    parts = text.split(" ")
    if len(parts) <= limit:
        return text
    cut = " ".join(parts[:limit])
    end = max(cut.rfind(","), cut.rfind("."))
    return cut[:end].rstrip() if end > len(cut) // 2 else cut


def _unquoted(text: str) -> str:
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    if text and text[0] in _QUOTES and not set(text[1:]) & {text[0], _QUOTES[text[0]]}:
        return text[1:].strip()  # it never closed: the answer was cut
    return text
