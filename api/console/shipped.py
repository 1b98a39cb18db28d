"""The content that comes with Baton: the diagrams and decisions under `processes/` and the forms under
`forms/` of the checkout.
"""

from pathlib import Path

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
