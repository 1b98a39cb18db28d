"""The words of Baton's pages, from the files that the pages take them from."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FILES = Path(__file__).parents[2] / "web" / "src" / "i18n"
LANGUAGES = ("en", "zh-CN")


def text(page: Page, name: str, /, **values: object) -> str:
    """What this page calls something, in the language it is in: `text(page, "studio:frame.deploy")`."""
    area, path = name.split(":")
    found: Any = _area(page.locator("html").get_attribute("lang") or "en", area)
    for step in path.split("."):
        found = found[step]
    words = str(found)
    for slot, value in values.items():
        words = words.replace(f"{{{{{slot}}}}}", str(value))
    return words


@cache
def _area(language: str, area: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FILES / language / f"{area}.json").read_text(encoding="utf-8"))
    return content
