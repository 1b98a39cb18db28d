/** Where in a JSON text a JSON pointer leads. */
import { parser } from '@lezer/json';
import type { SyntaxNode } from '@lezer/common';

/** The position of the value a pointer such as `#/schema/properties/a` names, or of the last part that is there. */
export function locate(text: string, pointer: string): number {
  const steps = pointer
    .replace(/^#?\//, '')
    .split('/')
    .filter((step) => step !== '')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  let node: SyntaxNode | null = parser.parse(text).topNode.firstChild;
  let position = node?.from ?? 0;
  for (const step of steps) {
    node = node && inside(node, step, text);
    if (!node) break;
    position = node.from;
  }
  return position;
}

function inside(node: SyntaxNode, step: string, text: string): SyntaxNode | null {
  if (node.name === 'Array') return entries(node)[Number(step)] ?? null;
  for (const property of node.name === 'Object' ? entries(node) : []) {
    const name = property.firstChild;
    if (name && text.slice(name.from, name.to) === JSON.stringify(step)) return property.lastChild;
  }
  return null;
}

/** The values or properties in brackets, without the brackets and commas. */
function entries(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (/^[A-Z]/.test(child.name)) found.push(child);
  }
  return found;
}
