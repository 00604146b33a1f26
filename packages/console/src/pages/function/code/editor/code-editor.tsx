import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import {
  closeSearchPanel,
  highlightSelectionMatches,
  openSearchPanel,
  searchKeymap,
  searchPanelOpen,
} from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useMemo, useRef } from 'react';
import { useTexts } from '../../../../i18n/index.ts';
import { usePreferences } from '../../../../preferences/index.ts';
import './code-editor.css';
import { commandsOf, type EditorCommands } from './commands.ts';
import { editorLook } from './editor-look.ts';
import { languageOf } from './language.ts';
import { hasLongLine } from './long-line.ts';

interface CodeEditorProps {
  /** Decides the language. Each path has its own history of changes. */
  readonly path: string;
  readonly text: string;
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
  /** Called once the editor can be commanded. */
  readonly onReady?: (commands: EditorCommands) => void;
}

/** Words of the panel that searches. */
const PHRASES = [
  'Find',
  'Replace',
  'next',
  'previous',
  'all',
  'match case',
  'regexp',
  'by word',
  'replace',
  'replace all',
  'close',
] as const;
const BLINK_MS = 1200;
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** For all texts. */
const BASE: Extension = [
  lineNumbers(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  drawSelection({ cursorBlinkRate: isCalm ? 0 : BLINK_MS }),
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

/** Reads the text around the cursor, which takes long in a long line. */
const HELP: Extension = [
  foldGutter(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion(),
  highlightSelectionMatches(),
];

const worded = new Compartment();
const helped = new Compartment();
const helpFor = (path: string, isPlain: boolean): Extension => (isPlain ? [] : [HELP, languageOf(path)]);

/** A text editor. Its chunk is loaded with the first file. */
export function CodeEditor({ path, text, label, isReadOnly, onChange, onReady }: CodeEditorProps) {
  const { t } = useTexts('functionCode');
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const states = useRef(new Map<string, EditorState>());
  const report = useRef(onChange);
  report.current = onChange;
  const ready = useRef(onReady);
  ready.current = onReady;
  const size = usePreferences(({ editorSize }) => editorSize);
  const isPlain = hasLongLine(text);
  const words = useMemo<Extension>(
    () => [
      EditorState.phrases.of(Object.fromEntries(PHRASES.map((phrase) => [phrase, t(`phrases.${phrase}`)]))),
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    ],
    [t, label],
  );

  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({ parent: host.current });
    view.current = editor;
    ready.current?.(commandsOf(editor));
    return () => editor.destroy();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a text that was typed is in the editor already
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const state = EditorState.create({
      doc: text,
      extensions: [
        BASE,
        helped.of(helpFor(path, isPlain)),
        worded.of(words),
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
    // heights of lines are measured again for another size
  }, [path, isReadOnly, size]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another file may have its words of another language
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    editor.dispatch({ effects: worded.reconfigure(words) });
    if (!searchPanelOpen(editor.state)) return;
    // an open panel keeps the language in which it was opened
    const isInPanel = editor.dom.querySelector('.cm-search')?.contains(document.activeElement) === true;
    closeSearchPanel(editor);
    openSearchPanel(editor);
    if (!isInPanel) editor.focus();
  }, [path, words]);

  // a text from elsewhere: the code was loaded again
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.sliceDoc() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  // a line became too long while it was written
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file has a state of its own
  useEffect(() => view.current?.dispatch({ effects: helped.reconfigure(helpFor(path, isPlain)) }), [isPlain]);

  return <div className="code-editor" ref={host} />;
}
