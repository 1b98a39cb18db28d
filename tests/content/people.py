"""The demo organisation, as the content tests read it."""

import tomllib

from tests.content.diagrams import ROOT

DEMO = tomllib.loads((ROOT / "config/people.toml").read_text())
GROUPS = {group["name"] for group in DEMO["group"]}
PEOPLE = {person["username"]: person for person in DEMO["person"]}
