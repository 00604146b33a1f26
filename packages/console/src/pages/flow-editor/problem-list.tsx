import type { Problem } from '@funcgraph/flow';
import { useTexts } from '../../i18n/index.ts';
import { useWords } from '../../parts/flow-graph/index.ts';
import { nodeOf } from './draft/changes.ts';
import { useEditor } from './editor-context.ts';

/** What keeps the flow from running. A click selects the node. */
export function ProblemList() {
  const { t, i18n } = useTexts('flowEditor');
  const { flow, problems, select } = useEditor();
  const { word } = useWords();
  const nameOf = (id: string) => nodeOf(flow, id)?.name ?? id;
  const placeOf = ({ node, edge }: Problem) =>
    node !== undefined
      ? nameOf(node)
      : edge !== undefined
        ? `${nameOf(edge.from)} → ${nameOf(edge.to)}`
        : t('wholeFlow');
  const fieldOf = ({ field }: Problem) => {
    const key = `fields.${field}` as 'fields.function';
    return i18n.exists(`flowEditor:${key}`) ? `${t(key)}: ` : '';
  };
  if (problems.length === 0) return null;
  return (
    <section className="flow-problems" aria-label={t('problems', { count: problems.length })}>
      <h2>{t('problems', { count: problems.length })}</h2>
      <ul>
        {problems.map((problem) => (
          <li key={JSON.stringify([problem.key, problem.node, problem.edge, problem.field, problem.parameters])}>
            <button type="button" onClick={() => select(problem.node ?? problem.edge?.from ?? '')}>
              <strong>{placeOf(problem)}</strong>
              <span>{fieldOf(problem) + word(problem.text)}</span>
              <code>{problem.code}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
