import type { RouteResponse, Routes } from '@funcgraph/api';
import type { RecordedTry } from '@funcgraph/flow';
import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { millisecondsText } from '../duration-text.ts';
import { placeOf, type RunModel, runModel } from '../model/run-model.ts';
import type { RunDetail } from '../panel/run-panel.tsx';
import { StatusMark } from '../status-mark.tsx';
import { useRunEvents } from '../use-run-events.ts';
import { ValueChanges } from './value-changes-list.tsx';

/** Input and output of an attempt: the details of a run have them in the order of its log. */
function valuesOf(detail: RunDetail, { byNode }: RunModel, place: Pick<RecordedTry, 'node' | 'inside' | 'attempt'>) {
  const found = byNode
    .get(place.node)
    ?.find((each) => each.attempt === place.attempt && placeOf(each) === placeOf(place));
  if (found === undefined) return undefined;
  return detail.node_execution_details.find(({ node_id }) => node_id === place.node)?.executions[found.nth];
}

type Comparison = RouteResponse<Routes['compareWorkflowExecutions']>;
type Compared = Comparison['executions'][number];

const MOST_ROWS = 50;
const keyOf = ({ node, inside, attempt }: Compared): string => JSON.stringify([inside, node, attempt]);

interface NodeChangesProps {
  readonly comparison: Comparison;
  readonly flow: string;
  readonly first: { readonly detail: RunDetail; readonly model: RunModel };
  readonly second: RunDetail;
}

/** Each attempt of a node in both runs; a row opens to show where its values differ. */
export function NodeChanges({ comparison, flow, first, second }: NodeChangesProps) {
  const { t } = useTexts('flowRun');
  const { events } = useRunEvents(flow, second.execution_id);
  const model = useMemo(() => runModel(events.map(({ event }) => event)), [events]);
  const { executions, same, different, first_only, second_only, left_out } = comparison;
  const columns: TableColumnsType<Compared> = [
    { title: t('timeline.node'), key: 'node', render: (_, each) => <Place each={each} /> },
    { title: t('compare.first'), key: 'first', render: (_, { first: side }) => <Side side={side} /> },
    { title: t('compare.second'), key: 'second', render: (_, { second: side }) => <Side side={side} /> },
    {
      title: t('compare.differs'),
      key: 'differs',
      render: (_, { first: one, second: other, differs }) => {
        if (one === undefined || other === undefined)
          return t(one === undefined ? 'compare.onlySecond' : 'compare.onlyFirst');
        return differs.map((part) => t(`compare.parts.${part}`)).join(t('compare.comma')) || t('compare.same');
      },
    },
  ];
  return (
    <>
      <p>
        {t('compare.counts', { same, different, first: first_only, second: second_only })}
        {left_out > 0 && ` ${t('compare.leftOut', { count: left_out })}`}
      </p>
      <Table<Compared>
        size="small"
        rowKey={keyOf}
        columns={columns}
        dataSource={[...executions]}
        pagination={executions.length > MOST_ROWS ? { pageSize: MOST_ROWS, showSizeChanger: false } : false}
        locale={{ emptyText: t('compare.noNodes') }}
        expandable={{
          rowExpandable: ({ differs }) => differs.includes('input') || differs.includes('output'),
          expandedRowRender: (each) => {
            const [one, other] = [valuesOf(first.detail, first.model, each), valuesOf(second, model, each)];
            return (
              <>
                {each.differs.includes('input') && (
                  <ValueChanges title={t('panel.input')} first={one?.input} second={other?.input} />
                )}
                {each.differs.includes('output') && (
                  <ValueChanges title={t('panel.output')} first={one?.output} second={other?.output} />
                )}
              </>
            );
          },
        }}
      />
    </>
  );
}

/** The node, with its iterations and branches. */
function Place({ each: { node_name, inside, attempt } }: { each: Compared }) {
  const { t } = useTexts('flowRun');
  const places = inside.flatMap(({ index }) => (index === undefined ? [] : [`#${index + 1}`]));
  return (
    <span className="compare-place">
      {node_name}
      <small>{[...places, ...(attempt > 1 ? [t('panel.attempt', { number: attempt })] : [])].join(' · ')}</small>
    </span>
  );
}

function Side({ side }: { side: Compared['first'] }) {
  if (side === undefined) return '–';
  const { status, duration_ms, error } = side;
  return (
    <span className="compare-place">
      <span>
        <StatusMark status={status} /> {duration_ms !== undefined && <small>{millisecondsText(duration_ms)}</small>}
      </span>
      {error && <small title={error.error_message}>{error.error_code}</small>}
    </span>
  );
}
