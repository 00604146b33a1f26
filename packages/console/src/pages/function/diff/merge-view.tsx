import { MergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import '../code/editor/code-editor.css';
import { editorLook } from '../code/editor/editor-look.ts';
import { languageOf } from '../code/editor/language.ts';

interface TextMergeProps {
  /** Decides the language. */
  readonly path: string;
  readonly before: string;
  readonly beforeLabel: string;
  readonly after: string;
  readonly afterLabel: string;
  /** Stands for lines that are the same; `$` is their number. */
  readonly unchanged: string;
}

const LINES_AROUND = 3;

/** Two texts side by side, with their differences in colour. */
export function TextMerge({ path, before, beforeLabel, after, afterLabel, unchanged }: TextMergeProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        lineNumbers(),
        editorLook,
        languageOf(path),
        EditorView.lineWrapping,
        EditorState.readOnly.of(true),
        EditorState.phrases.of({ '$ unchanged lines': unchanged }),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
    const view = new MergeView({
      a: side(before, beforeLabel),
      b: side(after, afterLabel),
      parent: host.current,
      collapseUnchanged: { margin: LINES_AROUND, minSize: 2 * LINES_AROUND },
    });
    return () => view.destroy();
  }, [path, before, beforeLabel, after, afterLabel, unchanged]);
  return <div className="text-merge" ref={host} />;
}
