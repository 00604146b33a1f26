import type { Json } from '@funcgraph/flow';
import { useMemo } from 'react';
import { useTexts } from '../../../../i18n/index.ts';
import { useWords } from '../../../../parts/flow-graph/index.ts';
import { useEditor } from '../../editor-context.ts';
import { useSample } from './sample.ts';
import { type ExpressionKind, tryExpression } from './try-expression.ts';

const MOST_CHARACTERS = 200;

/** What an expression gives with the sample data, below its field. */
export function ExpressionPreview({ kind, expression }: { kind: ExpressionKind; expression: Json | undefined }) {
  const { t } = useTexts('flowEditor');
  const { word } = useWords();
  const { flow } = useEditor();
  const { data } = useSample();
  const isEmpty = expression === undefined || expression === '';
  const tried = useMemo(
    () => (isEmpty || data === undefined ? undefined : tryExpression(kind, expression, data, flow.constants as Json)),
    [isEmpty, kind, expression, data, flow.constants],
  );
  if (tried === undefined) return null;
  if ('error' in tried) return <output className="expression-preview is-bad">{word(tried.error)}</output>;
  const text = 'isNothing' in tried ? t('sample.nothing') : JSON.stringify(tried.result);
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return (
    <output className="expression-preview" title={t('sample.result')}>
      <span aria-hidden>→</span> <code>{shown}</code>
    </output>
  );
}
