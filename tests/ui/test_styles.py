"""Styles are read once, however many screens and widgets bring more of them."""

from collections import Counter
from pathlib import Path

import pytest
from textual.css import stylesheet

from tests.support.fake_services import connected, fake_services
from tests.support.studio import open_studio
from tui.ui.stylesheet import LastingStylesheet


async def test_no_style_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[tuple[object, object]] = Counter()
    parse = stylesheet.parse  # pyright: ignore[reportPrivateImportUsage] - where it is called from

    def noted(scope: str, css: str, read_from: tuple[str, str], **rest: object) -> object:
        read[read_from, rest["tie_breaker"]] += 1
        return parse(scope, css, read_from, **rest)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(stylesheet, "parse", noted)
    async with open_studio(fake_services(tmp_path, connected())) as studio:
        for key in ("f3", "f6", "f2"):
            await studio.press(key)
        assert len(read) > 30, "widgets and screens have more"
        assert set(read.values()) == {1}


def test_other_variables_give_other_styles() -> None:
    styles = LastingStylesheet({"colour": "#112233"})
    styles.add_source("Static { color: $colour; }")
    before = [rule.css for rule in styles.rules]
    styles.set_variables({"colour": "#445566"})
    styles.reparse()
    after = [rule.css for rule in styles.rules]
    assert "#112233" in before[0]
    assert "#445566" in after[0]
