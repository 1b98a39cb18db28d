"""A file as the desktop Camunda Modeler saves it, and one decided by many threads at once."""

from concurrent.futures import ThreadPoolExecutor

from engine import dmn

SAVED = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
    xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
    xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
    id="dish" name="Dish" namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler"
    exporterVersion="5.0.0">
  <inputData id="season_input" name="Season">
    <variable id="v" name="Season" typeRef="string" />
  </inputData>
  <decision id="dish_decision" name="Dish Decision" camunda:historyTimeToLive="P180D">
    <informationRequirement id="r1">
      <requiredDecision href="#guests" />
    </informationRequirement>
    <informationRequirement id="r2">
      <requiredInput href="#season_input" />
    </informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i1" label="Season" biodi:width="192">
        <inputExpression id="e1" typeRef="string">
          <text>season</text>
        </inputExpression>
        <inputValues id="iv1">
          <text>"Spring","Summer","Fall","Winter"</text>
        </inputValues>
      </input>
      <input id="i2" label="How many guests">
        <inputExpression id="e2" typeRef="integer">
          <text>guestCount</text>
        </inputExpression>
      </input>
      <output id="o1" label="Dish" name="desiredDish" typeRef="string" biodi:width="192">
        <outputValues id="ov1">
          <text>"Spareribs","Roastbeef","Steak","Stew"</text>
        </outputValues>
      </output>
      <annotation name="Annotations" />
      <rule id="rule1">
        <description>hearty</description>
        <inputEntry id="c1">
          <text>not("Fall", "Winter")</text>
        </inputEntry>
        <inputEntry id="c2">
          <text>&gt;= 8</text>
        </inputEntry>
        <outputEntry id="c3">
          <text>"Stew"</text>
        </outputEntry>
      </rule>
      <rule id="rule2">
        <inputEntry id="c4">
          <text></text>
        </inputEntry>
        <inputEntry id="c5" expressionLanguage="feel">
          <text>[5..8]</text>
        </inputEntry>
        <outputEntry id="c6">
          <text>"Roastbeef"</text>
        </outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="guests" name="Guest Count">
    <variable id="gv" name="guestCount" typeRef="integer" />
    <decisionTable id="t2">
      <input id="i3" label="Weekend">
        <inputExpression id="e3" typeRef="boolean">
          <text>weekend</text>
        </inputExpression>
      </input>
      <output id="o2" name="count" typeRef="integer" />
      <rule id="rule3">
        <inputEntry id="c7">
          <text>true</text>
        </inputEntry>
        <outputEntry id="c8">
          <text>15</text>
        </outputEntry>
      </rule>
      <rule id="rule4">
        <inputEntry id="c9">
          <text>false</text>
        </inputEntry>
        <outputEntry id="c10">
          <text>8</text>
        </outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram>
      <dmndi:DMNShape dmnElementRef="dish_decision">
        <dc:Bounds height="80" width="180" x="150" y="80" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def test_a_file_of_the_modeler_is_read_without_a_warning():
    decisions, warnings = dmn.prepare("dish.dmn", SAVED)

    assert warnings == []
    assert [(each.key, each.name, each.requires, each.reads) for each in decisions] == [
        ("dish_decision", "Dish Decision", ("guests",), {"season", "weekend"}),
        ("guests", "Guest Count", (), {"weekend"}),
    ]


def test_a_file_of_the_modeler_decides():
    decisions = dmn.load(SAVED)

    summer = decisions.evaluate("dish_decision", {"season": "Summer", "weekend": True})
    fall = decisions.evaluate("dish_decision", {"season": "Fall", "weekend": False})

    assert (summer.value, summer.rules, summer.required[0].value) == ("Stew", (1,), 15)
    assert (fall.value, fall.rules, fall.required[0].rules) == ("Roastbeef", (2,), (2,))


def test_many_threads_decide_with_one_compiled_file():
    decisions = dmn.load(SAVED)
    seasons = ["Summer", "Fall"] * 200

    with ThreadPoolExecutor(8) as threads:
        given = list(
            threads.map(
                lambda season: (
                    decisions.evaluate("dish_decision", {"season": season, "weekend": False}).value
                ),
                seasons,
            )
        )

    assert given == ["Stew", "Roastbeef"] * 200
