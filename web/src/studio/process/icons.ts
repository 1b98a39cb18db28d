/**
 * The library's icons for aligning and distributing carry `style` attributes, which our content security policy
 * refuses. Said as attributes of their own they look the same.
 */
import align from 'bpmn-js/lib/features/align-elements/AlignElementsIcons';
import distribute from 'bpmn-js/lib/features/distribute-elements/DistributeElementsIcons';

const STYLE = / style="([^"]*)"/g;
const DECLARATION = /\s*([\w-]+)\s*:\s*([^;]+);?/g;

/** Markup without `style`: each declaration becomes an attribute, as SVG allows. */
export function withoutStyles(markup: string): string {
  return markup.replace(STYLE, (_, declarations: string) =>
    declarations.replace(DECLARATION, (__, name: string, value: string) => ` ${name}="${value.trim()}"`),
  );
}

for (const icons of [align, distribute] as Record<string, string>[]) {
  for (const [name, markup] of Object.entries(icons)) icons[name] = withoutStyles(markup);
}
