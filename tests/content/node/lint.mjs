// Holds diagrams against the rules that bpmnlint recommends: `node lint.mjs FILE...`, started in `web/`. Prints as JSON
// what each file breaks: {file: [{rule, id, message}]}.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const { Linter } = require('bpmnlint');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');
const { BpmnModdle } = await import(pathToFileURL(require.resolve('bpmn-moddle')));

const config = {
  extends: 'bpmnlint:recommended',
  rules: {
    // An activity that several flows lead into runs once for each token, as BPMN says, and Baton does. In our processes
    // only one token comes at a time; a gateway before each such activity would add shapes and tell nothing.
    'fake-join': 'off',
  },
};

const broken = {};
for (const file of process.argv.slice(2)) {
  // One for each file: its rules remember what they have seen.
  const linter = new Linter({ config, resolver: new NodeResolver({ require }) });
  const { rootElement } = await new BpmnModdle().fromXML(await readFile(file, 'utf8'));
  const results = await linter.lint(rootElement);
  broken[file] = Object.entries(results).flatMap(([rule, found]) =>
    found.map(({ id, message }) => ({ rule, id, message })),
  );
}
console.log(JSON.stringify(broken));
