"""The first steps of a newcomer work as they are written, in a shell, on a server that was just started."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.content.diagrams import ROOT
from tests.server import serving

PAGES = sorted((ROOT / "docs/tutorial").glob("*.md"))
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:8000"

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="the page asks for curl"),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tutorial_does_what_it_says(page: Path, database_url: str) -> None:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    script = "".join(text for kind, text in blocks if kind == "sh")
    shown = "".join(text for kind, text in blocks if kind == "text")
    assert HERE in script

    with serving(database_url) as url:
        run = subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=script.replace(HERE, url),
            text=True,
            capture_output=True,
            timeout=600,
        )

    assert (run.stdout, run.stderr) == (shown, "")
