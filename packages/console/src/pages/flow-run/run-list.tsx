import type { RouteResponse, Routes } from '@funcgraph/api';
import { Empty, Input, Select, Spin } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { Moment } from '../../parts/moment.tsx';
import { durationText } from './duration-text.ts';
import { StatusMark } from './status-mark.tsx';

export type RunRow = RouteResponse<Routes['showWorkflowExecutionForPage']>['executions'][number];

const STATUSES = ['success', 'fail', 'running', 'timeout', 'cancel'] as const;

interface RunListProps {
  readonly runs: readonly RunRow[];
  readonly total: number;
  readonly isPending: boolean;
  readonly selected: string;
  readonly q: string;
  readonly status: string;
  readonly onSelect: (run: string) => void;
  readonly onFilter: (change: { readonly q?: string; readonly status?: string }) => void;
}

/** The last runs, newest first; any run can be opened by its id. */
export function RunList({ runs, total, isPending, selected, q, status, onSelect, onFilter }: RunListProps) {
  const { t } = useTexts('flowRun');
  const shown = runs.filter(({ execution_id }) => execution_id.includes(q));
  return (
    <aside className="surface run-list" aria-label={t('list.title')}>
      <div className="run-list-tools">
        <Input.Search
          allowClear
          key={q}
          defaultValue={q}
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          onSearch={(text) => {
            const id = text.trim();
            onFilter({ q: id });
            const [only] = runs.filter(({ execution_id }) => execution_id.includes(id));
            // an older run than those of the list
            if (id !== '') onSelect(only?.execution_id ?? id);
          }}
        />
        <Select
          aria-label={t('list.status')}
          value={status}
          onChange={(next: string) => onFilter({ status: next })}
          options={[
            { value: '', label: t('list.all') },
            ...STATUSES.map((each) => ({ value: each, label: t(`status.${each}`) })),
          ]}
        />
      </div>
      {isPending && <Spin className="run-list-none" />}
      {!isPending && shown.length === 0 && (
        <Empty className="run-list-none" image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('list.none')} />
      )}
      <ul>
        {shown.map((run) => (
          <li key={run.execution_id}>
            <button
              type="button"
              aria-current={run.execution_id === selected}
              onClick={() => onSelect(run.execution_id)}
            >
              <span className="run-list-head">
                <StatusMark status={run.status} />
                <small>{durationText(run)}</small>
              </span>
              <code title={run.execution_id}>{run.execution_id}</code>
              <small>
                <Moment at={run.begin_time} />
              </small>
            </button>
          </li>
        ))}
      </ul>
      {total > runs.length && <p className="run-list-more">{t('list.more', { count: runs.length })}</p>}
    </aside>
  );
}
