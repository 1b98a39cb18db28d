"""What the build makes, and what it is made from."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.web import SIGNED_IN
from tests.web.browser import NODE

WEB = Path(__file__).parents[2] / "web"
SOURCES = WEB / "src"
DIST = WEB / "dist"
FIRST_LOAD = 250_000
LANGUAGES = ("en", "zh-CN")
PLURAL = re.compile(r"_(zero|one|two|few|many|other)$")


def texts(language: str) -> dict[str, str]:
    """All texts of a language by `area:key.key`."""
    found = {}
    for file in sorted((SOURCES / "i18n" / language).glob("*.json")):
        for key, text in leaves(json.loads(file.read_text(encoding="utf-8"))):
            found[f"{file.stem}:{key}"] = text
    return found


def leaves(tree: dict[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield path + name, str(value)


def by_key(language: str) -> dict[str, set[str]]:
    """What each key's texts name in braces; a language has as many plural forms as it needs."""
    found: dict[str, set[str]] = {}
    for key, text in texts(language).items():
        found.setdefault(PLURAL.sub("", key), set()).update(re.findall(r"{{\s*(\w+)", text))
    return found


def test_both_languages_have_the_same_texts_that_name_the_same_values() -> None:
    english, chinese = by_key("en"), by_key("zh-CN")
    # What the server says in English itself (tests/web/test_problems.py).
    chinese = {key: names for key, names in chinese.items() if not key.startswith("problems:")}

    assert sorted(english.keys() ^ chinese.keys()) == []
    # A singular may spell its number out.
    assert {key: names for key, names in english.items() if not chinese[key] <= names} == {}


def test_no_text_is_empty() -> None:
    empty = [(language, key) for language in LANGUAGES for key, text in texts(language).items() if not text]

    assert empty == []


def test_every_text_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.ts*")))
    quoted = set(re.findall(r"['\"`]([\w:.-]+)['\"`]", code))
    # t(`state.${state}`) uses every text below `state.`.
    computed = {start for start in re.findall(r"`([\w:.-]*)\$\{", code) if start.endswith((".", "_"))}

    unused = []
    for whole in by_key("en"):
        key = whole.partition(":")[2]
        if {key, whole} & quoted or any(text.startswith(tuple(computed)) for text in (key, whole)):
            continue
        unused.append(whole)

    assert unused == []


def test_the_first_page_loads_at_most_250_kb_in_a_handful_of_files() -> None:
    html = SIGNED_IN.sub("", (DIST / "index.html").read_text())  # nobody is, at first
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    chunks = {chunk["file"]: chunk for chunk in manifest.values()}
    seen: set[str] = set()

    def load(file: str) -> Iterator[str]:
        if file in seen:
            return
        seen.add(file)
        yield file
        chunk = chunks[file]
        yield from chunk.get("css", [])
        for imported in chunk.get("imports", []):
            yield from load(manifest[imported]["file"])

    named = re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', html)
    files = {file for name in named for file in load(name)}
    size = sum(len(gzip.compress((DIST / file).read_bytes())) for file in files)

    assert 0 < size <= FIRST_LOAD, f"{size} bytes in {sorted(files)}"
    assert len(files) <= 6, sorted(files)


@pytest.mark.parametrize("suffix", [".br", ".gz"])
def test_the_build_lays_a_compressed_copy_beside_each_script_and_style_sheet(suffix: str) -> None:
    files = [path for path in (DIST / "assets").iterdir() if path.suffix in (".js", ".css")]

    assert files
    assert [path.name for path in files if not path.with_name(path.name + suffix).exists()] == []


def test_the_page_runs_no_script_and_no_style_of_its_own() -> None:
    html = (DIST / "index.html").read_text()

    assert re.findall(r"<script[^>]*>(.+?)</script>", html) == []
    assert "<style" not in html
    assert "style=" not in html


def test_the_types_of_the_client_are_those_of_the_api(tmp_path: Path) -> None:
    description, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    generator = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"

    subprocess.run([sys.executable, WEB / "describe.py", description], check=True)
    subprocess.run([NODE, generator, description, "--output", made], check=True, cwd=WEB)

    assert made.read_text() == (SOURCES / "api" / "schema.d.ts").read_text(), "run `make client`"


@pytest.mark.parametrize(
    "lock", [WEB / "package-lock.json", Path(__file__).parent / "chromium" / "package-lock.json"]
)
def test_a_lock_of_packages_names_no_registry(lock: Path) -> None:
    content = lock.read_text()

    assert '"resolved"' not in content
    assert "integrity" in content
