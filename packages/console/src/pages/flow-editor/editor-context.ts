import type { FlowDefinition, NodeKind, Problem, Sentence } from '@funcgraph/flow';
import { KIND_WORDS } from '@funcgraph/flow';
import { createContext, useContext, useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';
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

/** The words of the package of flows, in the language of the person. */
export function useWords() {
  const { i18n } = useTexts('flowEditor');
  const isChinese = i18n.language === 'zh-CN';
  return useMemo(() => {
    const word = (sentence: Sentence): string => (isChinese ? sentence.zh : sentence.en);
    return {
      word,
      kindName: (kind: NodeKind) => word(KIND_WORDS[kind].name),
      reason: (problems: readonly Problem[]) => problems.map(({ text }) => word(text)).join(' '),
    };
  }, [isChinese]);
}
