"""What the content tests ask of a diagram: its elements, who they belong to, and where they are drawn."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from lxml import etree

ROOT = Path(__file__).parents[2]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
BATON = "{urn:baton:bpmn:1}"
NODES = ("Task", "task", "Event", "Gateway", "subProcess", "transaction", "callActivity")

FILES = sorted(ROOT.glob("processes/**/*.bpmn"))
FORMS = sorted(ROOT.glob("forms/**/*.json"))


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def distance(self, other: "Box") -> float:
        """Between the nearest points of both, along the longer axis; 0 when they touch."""
        across = max(self.left - other.right, other.left - self.right, 0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        return max(across, down)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def shrunk(self, by: float) -> "Box":
        return Box(self.left + by, self.top + by, self.right - by, self.bottom - by)


class Diagram:
    """One `.bpmn` file."""

    def __init__(self, path: Path) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self.root = etree.fromstring(path.read_bytes(), parser)
        self.elements = {e.get("id"): e for e in self.root.iter() if isinstance(e.tag, str) and e.get("id")}
        self.shapes = {s.get("bpmnElement"): _box(s) for s in self.root.iter(f"{DI}BPMNShape")}
        self.lines = {e.get("bpmnElement"): list(_segments(e)) for e in self.root.iter(f"{DI}BPMNEdge")}
        drawn = [*self.root.iter(f"{DI}BPMNShape"), *self.root.iter(f"{DI}BPMNEdge")]
        labels = ((part.get("bpmnElement"), part.find(f"{DI}BPMNLabel")) for part in drawn)
        self.labels = {key: _box(label) for key, label in labels if label is not None}

    def nodes(self) -> list[etree._Element]:
        model = (e for e in self.root.iter() if isinstance(e.tag, str) and e.tag.startswith(BPMN))
        return [e for e in model if e.tag.endswith(NODES)]

    def flows(self) -> list[etree._Element]:
        return list(self.root.iter(f"{BPMN}sequenceFlow"))

    def message_flows(self) -> list[etree._Element]:
        return list(self.root.iter(f"{BPMN}messageFlow"))

    def lanes(self) -> list[etree._Element]:
        return list(self.root.iter(f"{BPMN}lane"))

    def kind(self, key: str) -> str:
        """The BPMN name of an element, such as `userTask`."""
        return self.elements[key].tag.removeprefix(BPMN)

    def named(self) -> list[etree._Element]:
        """Everything a person sees by its name."""
        pools = self.root.iter(f"{BPMN}participant", f"{BPMN}process")
        named_flows = (flow for flow in self.flows() if flow.get("name"))
        return [*pools, *self.lanes(), *self.nodes(), *named_flows, *self.message_flows()]

    def places(self) -> dict[str, Box]:
        """The shapes that stand somewhere, without the frames that others stand in."""
        return {key: box for key, box in self.shapes.items() if not self._is_frame(self.elements[key])}

    def frames(self) -> dict[str, list[Box]]:
        """The four border lines of everything that others stand in."""
        boxes = {key: box for key, box in self.shapes.items() if self._is_frame(self.elements[key])}
        return {key: _borders(box) for key, box in boxes.items()}

    def around(self, key: str) -> set[str]:
        """The element itself, what it is inside of, and the activity it is attached to."""
        element = self.elements[key]
        inside = {key, *(parent.get("id", "") for parent in element.iterancestors())}
        return inside | {element.get("attachedToRef", key)}

    def _is_frame(self, element: etree._Element) -> bool:
        tag = element.tag.removeprefix(BPMN)
        return tag in ("participant", "lane") or (
            tag in ("subProcess", "transaction") and self._is_open(element)
        )

    def _is_open(self, element: etree._Element) -> bool:
        return any(child.get("id") in self.shapes for child in element)


def chinese_name(element: etree._Element) -> str:
    found = element.find(f"{BPMN}extensionElements/{BATON}name[@lang='zh-CN']")
    return "" if found is None else (found.text or "").strip()


def _box(element: etree._Element) -> Box:
    bounds = element.find(f"{DC}Bounds")
    assert bounds is not None
    x, y, width, height = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def _borders(box: Box) -> list[Box]:
    return [
        box._replace(bottom=box.top),
        box._replace(top=box.bottom),
        box._replace(right=box.left),
        box._replace(left=box.right),
    ]


def _segments(edge: etree._Element) -> Iterator[Box]:
    points = [(float(p.get("x", "")), float(p.get("y", ""))) for p in edge.iter(WAYPOINT)]
    for (a, b), (c, d) in pairwise(points):
        yield Box(min(a, c), min(b, d), max(a, c), max(b, d))
