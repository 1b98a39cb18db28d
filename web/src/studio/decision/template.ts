/** What a new decision begins as: a table with one input, one output and one rule. */
import { escaped } from '../process/template';

/** A file that deploys as it is. The name may hold any text. */
export function decisionTemplate(key: string, name: string): string {
  const id = escaped(key);
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="definitions" name="${escaped(name)}" namespace="urn:baton:decisions:${id}">
  <decision id="${id}" name="${escaped(name)}">
    <decisionTable id="${id}_table" hitPolicy="UNIQUE">
      <input id="${id}_input" label="Impact">
        <inputExpression id="${id}_expression" typeRef="integer">
          <text>impact</text>
        </inputExpression>
      </input>
      <output id="${id}_output" label="Priority" name="priority" typeRef="integer" />
      <rule id="${id}_rule">
        <inputEntry id="${id}_cell">
          <text>-</text>
        </inputEntry>
        <outputEntry id="${id}_result">
          <text>3</text>
        </outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram>
      <dmndi:DMNShape dmnElementRef="${id}">
        <dc:Bounds height="80" width="180" x="160" y="100" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
`;
}
