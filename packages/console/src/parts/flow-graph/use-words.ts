import type { NodeKind, Problem, Sentence } from '@funcgraph/flow';
import { KIND_WORDS } from '@funcgraph/flow';
import { useMemo } from 'react';
import { shownLanguage, useTexts } from '../../i18n/index.ts';

/** The words of the package of flows, in the language of the moment, also when they are asked for later. */
export function useWords() {
  const { t } = useTexts('flowEditor');
  return useMemo(() => wordsWith(t), [t]);
}

const word = ({ zh, en }: Sentence): string => (shownLanguage() === 'zh-CN' ? zh : en);

/** New ones for each language that is shown, so that what is drawn with them is drawn again. */
const wordsWith = (_shown: unknown) => ({
  word,
  kindName: (kind: NodeKind) => word(KIND_WORDS[kind].name),
  reason: (problems: readonly Problem[]) => problems.map(({ text }) => word(text)).join(' '),
});
