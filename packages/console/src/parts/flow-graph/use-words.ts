import type { NodeKind, Problem, Sentence } from '@funcgraph/flow';
import { KIND_WORDS } from '@funcgraph/flow';
import { useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';

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
