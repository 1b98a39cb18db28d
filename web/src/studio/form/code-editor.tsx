/** A JSON document in an editor for code: numbered lines, colours, matching brackets, its own undo. */
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  redo,
  redoDepth,
  undo,
  undoDepth,
} from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { nonce } from '../../nonce';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-key)' },
  { tag: tags.string, color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-value)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '0.8125rem' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-gutters': { background: 'var(--baton-rail)', color: 'var(--mantine-color-dimmed)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'var(--code-line)' },
  '.cm-cursor': { borderLeftColor: 'currentColor' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--code-selection)',
  },
  '.cm-tooltip': { background: 'var(--mantine-color-body)', border: '1px solid var(--baton-line)' },
});

export class CodeEditor {
  private readonly view: EditorView;
  private readonly labelled = new Compartment();

  constructor(container: HTMLElement, content: string, label: string, onChange: (content: string) => void) {
    this.view = new EditorView({
      parent: container,
      state: EditorState.create({
        doc: content,
        extensions: [
          // The styles it adds while it runs are let in by the page's nonce.
          EditorView.cspNonce.of(nonce),
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          json(),
          linter(jsonParseLinter(), { delay: 300 }),
          syntaxHighlighting(colours),
          look,
          // Tab indents; Escape and then Tab leaves the editor, as the library tells screen readers.
          keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
          this.labelled.of(named(label)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  rename(label: string): void {
    this.view.dispatch({ effects: this.labelled.reconfigure(named(label)) });
  }

  /** Go to a place in the text and show it. */
  reveal(position: number): void {
    this.view.dispatch({
      selection: { anchor: position },
      effects: EditorView.scrollIntoView(position, { y: 'center' }),
    });
    this.view.focus();
  }

  get canUndo(): boolean {
    return undoDepth(this.view.state) > 0;
  }

  get canRedo(): boolean {
    return redoDepth(this.view.state) > 0;
  }

  undo(): void {
    undo(this.view);
  }

  redo(): void {
    redo(this.view);
  }

  close(): void {
    this.view.destroy();
  }
}

function named(label: string) {
  return EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' });
}
