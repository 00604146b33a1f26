import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import './code-editor.css';
import { editorLook } from './editor-look.ts';
import { languageOf } from './language.ts';

interface CodeEditorProps {
  /** Decides the language. Each path has its own history of changes. */
  readonly path: string;
  readonly text: string;
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
}

const BLINK_MS = 1200;
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

const SETUP: Extension = [
  lineNumbers(),
  foldGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  drawSelection({ cursorBlinkRate: isCalm ? 0 : BLINK_MS }),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion(),
  highlightSelectionMatches(),
  keymap.of([
    ...closeBracketsKeymap,
    // Ctrl+Enter runs the function
    ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...completionKeymap,
    // after Escape, Tab leaves the editor
    indentWithTab,
  ]),
  editorLook,
];

/** A text editor. Its chunk is loaded with the first file. */
export function CodeEditor({ path, text, label, isReadOnly, onChange }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const states = useRef(new Map<string, EditorState>());
  const report = useRef(onChange);
  report.current = onChange;

  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({ parent: host.current });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a text that was typed is in the editor already
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const state = EditorState.create({
      doc: text,
      extensions: [
        SETUP,
        languageOf(path),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorState.readOnly.of(isReadOnly),
        // line ends stay as they are
        EditorState.lineSeparator.of(text.includes('\r\n') ? '\r\n' : '\n'),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) report.current(state.sliceDoc());
        }),
      ],
    });
    const before = states.current.get(path);
    editor.setState(before?.sliceDoc() === text && before.readOnly === isReadOnly ? before : state);
    const kept = states.current;
    return () => void kept.set(path, editor.state);
  }, [path, isReadOnly, label]);

  // a text from elsewhere: the code was loaded again
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.sliceDoc() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  return <div className="code-editor" ref={host} />;
}
