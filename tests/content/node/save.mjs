// Opens diagrams with the library behind the desktop Camunda Modeler and saves them again: `node save.mjs FILE...`,
// started in `web/`. Prints as JSON {file: {warnings, xml}}.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const { BpmnModdle } = await import(pathToFileURL(require.resolve('bpmn-moddle')));
const camunda = require('camunda-bpmn-moddle/resources/camunda.json');

const saved = {};
for (const file of process.argv.slice(2)) {
  const moddle = new BpmnModdle({ camunda });
  const { rootElement, warnings } = await moddle.fromXML(await readFile(file, 'utf8'));
  const { xml } = await moddle.toXML(rootElement, { format: true });
  saved[file] = { warnings: warnings.map(({ message }) => message), xml };
}
console.log(JSON.stringify(saved));
