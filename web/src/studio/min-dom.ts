/**
 * In place of `min-dom`, which the diagram and decision editors build their elements with. Their markup carries
 * `style` attributes, which our content security policy refuses; set through the element they are allowed.
 */
import { domify as parse } from 'min-dom';

export * from 'min-dom';

const STYLE = /\sstyle="/g;
const HELD = 'data-held-style';

export function domify(markup: string): Element {
  const made = parse(markup.replace(STYLE, ` ${HELD}="`)) as unknown;
  if (made instanceof Element || made instanceof DocumentFragment) restore(made);
  return made as Element;
}

function restore(made: Element | DocumentFragment): void {
  const held = [...made.querySelectorAll(`[${HELD}]`), ...(made instanceof Element ? [made] : [])];
  for (const element of held as (HTMLElement | SVGElement)[]) {
    const style = element.getAttribute(HELD);
    if (style === null) continue;
    element.style.cssText = style;
    element.removeAttribute(HELD);
  }
}
