import type { FlowDefinition } from '@funcgraph/flow';
import { useState } from 'react';
import { historyOf, redo, step, undo } from './draft/history.ts';

export type Change = (next: FlowDefinition, gesture?: string) => void;

/** The flow that is drawn, with the steps that led to it. */
export function useDraft(initial: FlowDefinition) {
  const [history, setHistory] = useState(() => historyOf(initial));
  const [saved, setSaved] = useState(initial);
  const { present, past, future } = history;
  const change: Change = (next, gesture) => setHistory((before) => step(before, next, gesture));
  return {
    flow: present,
    change,
    undo: () => setHistory(undo),
    redo: () => setHistory(redo),
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    isChanged: present !== saved,
    markSaved: setSaved,
  };
}
