import type { RouteResponse, Routes } from '@funcgraph/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Checkbox, Drawer, Select, Skeleton } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { millisecondsText } from '../duration-text.ts';
import type { RunModel } from '../model/run-model.ts';
import type { RunDetail } from '../panel/run-panel.tsx';
import type { RunRow } from '../run-list.tsx';
import { StatusMark } from '../status-mark.tsx';
import './compare.css';
import { DefinitionChanges } from './definition-changes.tsx';
import { NodeChanges } from './node-changes.tsx';
import { ValueChanges } from './value-changes-list.tsx';

type Comparison = RouteResponse<Routes['compareWorkflowExecutions']>;

interface CompareDrawerProps {
  readonly flow: string;
  readonly first: { readonly detail: RunDetail; readonly model: RunModel };
  readonly second: string;
  /** Runs that may be chosen. */
  readonly others: readonly RunRow[];
  readonly onSecond: (run: string) => void;
  readonly onClose: () => void;
}

/** How a run differs from another one of its flow: result, definition, and each attempt of its nodes. */
export function CompareDrawer({ flow, first, second, others, onSecond, onClose }: CompareDrawerProps) {
  const { t } = useTexts('flowRun');
  const [isAll, setAll] = useState(false);
  const run = first.detail.execution_id;
  const params = { workflow_id: flow, execution_id: run };
  const comparison = useQuery({
    ...query('compareWorkflowExecutions', {
      params,
      query: { with: second, ...(isAll ? { all: 'true' as const } : {}) },
    }),
    placeholderData: keepPreviousData,
  });
  const other = useQuery(query('showWorkflowExecution', { params: { workflow_id: flow, execution_id: second } }));
  const ids = [...new Set([second, ...others.map(({ execution_id }) => execution_id)])].filter((id) => id !== run);
  const error = comparison.error ?? other.error;
  return (
    <Drawer open title={t('compare.title')} size={880} onClose={onClose}>
      <div className="compare">
        <label className="compare-with" htmlFor="compare-with">
          {t('compare.with')}
          <Select
            id="compare-with"
            showSearch
            value={second}
            options={ids.map((id) => ({
              value: id,
              label: <OtherRun id={id} run={others.find((one) => one.execution_id === id)} />,
            }))}
            onChange={onSecond}
          />
        </label>
        {error && <ErrorView error={error} onRetry={() => void comparison.refetch()} />}
        {!error && (comparison.data === undefined || other.data === undefined) && <Skeleton active />}
        {!error && comparison.data !== undefined && other.data !== undefined && (
          <>
            <Runs runs={comparison.data.runs} />
            <Whole differs={comparison.data.differs} first={first.detail} second={other.data} />
            <DefinitionChanges definition={comparison.data.definition} />
            <section className="compare-part" aria-label={t('compare.nodes')}>
              <h3>
                {t('compare.nodes')}
                <Checkbox checked={isAll} onChange={({ target }) => setAll(target.checked)}>
                  {t('compare.all')}
                </Checkbox>
              </h3>
              <NodeChanges comparison={comparison.data} flow={flow} first={first} second={other.data} />
            </section>
          </>
        )}
      </div>
    </Drawer>
  );
}

function OtherRun({ id, run }: { id: string; run: RunRow | undefined }) {
  return (
    <span className="compare-run">
      {run && <StatusMark status={run.status} />}
      <code>{id}</code>
      {run && <Moment at={run.begin_time} />}
    </span>
  );
}

/** Both runs beside each other. */
function Runs({ runs }: { runs: Comparison['runs'] }) {
  const { t } = useTexts('flowRun');
  return (
    <div className="compare-runs">
      {runs.map(({ execution_id, status, begin_time, duration_ms }, at) => (
        <div key={execution_id} className="compare-side">
          <small>{t(at === 0 ? 'compare.first' : 'compare.second')}</small>
          <code>{execution_id}</code>
          <span>
            <StatusMark status={status} />
            {duration_ms !== undefined && <span>{millisecondsText(duration_ms)}</span>}
            <Moment at={begin_time} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Input and output of the runs as a whole. */
function Whole({ differs, first, second }: { differs: Comparison['differs']; first: RunDetail; second: RunDetail }) {
  const { t } = useTexts('flowRun');
  const parts = differs.map((part) => t(`compare.parts.${part}`));
  return (
    <section className="compare-part" aria-label={t('compare.whole')}>
      <h3>{t('compare.whole')}</h3>
      <p>
        {parts.length === 0
          ? t('compare.wholeSame')
          : t('compare.wholeDiffers', { parts: parts.join(t('compare.comma')) })}
      </p>
      {differs.includes('input') && <ValueChanges title={t('panel.input')} first={first.input} second={second.input} />}
      {differs.includes('output') && (
        <ValueChanges title={t('panel.output')} first={first.output} second={second.output} />
      )}
    </section>
  );
}
