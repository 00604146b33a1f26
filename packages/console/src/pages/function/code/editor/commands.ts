import { indentSelection, redo, redoDepth, selectAll, undo, undoDepth } from '@codemirror/commands';
import { openSearchPanel } from '@codemirror/search';
import { EditorSelection } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

/** What menus do with the text of an editor. */
export interface EditorCommands {
  readonly canUndo: () => boolean;
  readonly canRedo: () => boolean;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly find: () => void;
  readonly replace: () => void;
  readonly format: () => void;
  readonly selected: () => string;
  /** Replaces what is selected. */
  readonly insert: (text: string) => void;
}

export function commandsOf(view: EditorView): EditorCommands {
  const search = (field: 'search' | 'replace') => {
    openSearchPanel(view);
    // the panel goes to its first field by itself
    view.dom.querySelector<HTMLInputElement>(`.cm-search [name=${field}]`)?.select();
  };
  return {
    canUndo: () => undoDepth(view.state) > 0,
    canRedo: () => redoDepth(view.state) > 0,
    undo: () => undo(view),
    redo: () => redo(view),
    find: () => search('search'),
    replace: () => search('replace'),
    format: () => {
      const { selection } = view.state;
      selectAll(view);
      indentSelection(view);
      const end = view.state.doc.length;
      view.dispatch({ selection: EditorSelection.cursor(Math.min(selection.main.head, end)) });
    },
    selected: () => {
      const { from, to } = view.state.selection.main;
      return view.state.sliceDoc(from, to);
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.paste', scrollIntoView: true });
      view.focus();
    },
  };
}
