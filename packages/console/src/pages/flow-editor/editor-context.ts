import type { FlowDefinition, Problem } from '@funcgraph/flow';
import { createContext, useContext } from 'react';
import type { Change } from './use-draft.ts';

export interface EditorState {
  readonly flow: FlowDefinition;
  readonly change: Change;
  /** A change after which all nodes are placed anew and shown. */
  readonly rearrange: (next: FlowDefinition) => void;
  readonly problems: readonly Problem[];
  /** The id of a node, or nothing. */
  readonly selected: string;
  readonly select: (id: string) => void;
}

const Context = createContext<EditorState | undefined>(undefined);
export const EditorProvider = Context.Provider;

export function useEditor(): EditorState {
  const state = useContext(Context);
  if (state === undefined) throw new Error('outside of the editor');
  return state;
}
