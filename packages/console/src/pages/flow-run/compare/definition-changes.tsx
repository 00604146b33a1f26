import type { RouteResponse, Routes } from '@funcgraph/api';
import { useTexts } from '../../../i18n/index.ts';

type Definition = RouteResponse<Routes['compareWorkflowExecutions']>['definition'];
type FieldChange = Definition['settings'][number];

/** How the definitions of two runs differ; nothing when they are the same. */
export function DefinitionChanges({ definition: { settings, nodes, edges } }: { definition: Definition }) {
  const { t } = useTexts('flowRun');
  if (settings.length + nodes.length + edges.length === 0) return null;
  return (
    <section className="compare-part" aria-label={t('compare.definition')}>
      <h3>{t('compare.definition')}</h3>
      <ul>
        {settings.map((field) => (
          <li key={field.field}>
            <Field of={t('compare.flow')} field={field} />
          </li>
        ))}
        {nodes.map(({ node, change, fields }) => (
          <li key={node}>
            {change === 'changed' ? (
              fields.map((field) => <Field key={field.field} of={node} field={field} />)
            ) : (
              <span>
                <code>{node}</code> {t(`compare.changes.${change}`)}
              </span>
            )}
          </li>
        ))}
        {edges.map(({ from, to, change }) => (
          <li key={`${from} ${to}`}>
            <code>
              {from} → {to}
            </code>{' '}
            {t(`compare.changes.${change}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Field({ of, field: { field, first, second } }: { of: string; field: FieldChange }) {
  const text = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value));
  return (
    <span className="compare-field">
      <code>
        {of} · {field}
      </code>
      {(first !== undefined || second !== undefined) && (
        <code>
          {text(first)} → {text(second)}
        </code>
      )}
    </span>
  );
}
