"""The seed beside wide labels."""

from dataclasses import replace
from pathlib import Path

from tests.support.fake_services import TEXT_TO_IMAGE, connected, fake_services
from tests.support.studio import open_studio
from tui.domain.forms import IntegerField


async def test_the_last_seed_is_told_whole_where_labels_are_wide(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected(), state={"last_seed": 4294967295})
    wide = IntegerField(name="steps", label="Steps (0: usual one)", default=0, maximum=100)
    fields = (*TEXT_TO_IMAGE.fields[:2], wide, TEXT_TO_IMAGE.field("seed") or wide)
    services.workflows.forms["txt2img_default"] = replace(TEXT_TO_IMAGE, fields=fields)
    async with open_studio(services, size=(100, 30)) as studio:
        await studio.until_text("random, last 4294967295")
