"""What comes with Baton: the diagrams and decisions under `processes/` and the forms under `forms/` of the
checkout, and the calendars and service levels under `config/`.
"""

import tomllib
from pathlib import Path
from typing import Any

import config
from engine.deployments import File

ROOT = Path(__file__).parents[2]


def shipped() -> list[File]:
    """All of it, with the paths it is deployed under."""
    found = [(ROOT / "processes", "*.bpmn"), (ROOT / "processes", "*.dmn"), (ROOT / "forms", "*.json")]
    return [
        File(path.relative_to(folder).as_posix(), path.read_bytes())
        for folder, pattern in found
        for path in sorted(folder.rglob(pattern))
    ]


def calendars() -> dict[str, Any]:
    """The calendars that every installation begins with, as `service_levels.seed` takes them."""
    return _toml("calendars")


def demo_service_levels() -> dict[str, Any]:
    """What the demo organisation has agreed, as `service_levels.seed` takes it."""
    return _toml("sla")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(config.__file__).parent / f"{name}.toml").read_text())
