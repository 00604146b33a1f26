import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { useQuery } from '@tanstack/react-query';
import { Segmented, Skeleton } from 'antd';
import { Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { lazyPart } from '../../parts/load-again.ts';
import { CallbackDialog } from './callback/callback-dialog.tsx';
import { callbackIdIn } from './callback/callback-id.ts';
import { EventLog } from './events/event-log.tsx';
import { ExecutionTable } from './executions/execution-table.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { RunGraph } from './graph/run-graph.tsx';
import { runModel, type ShownTry } from './model/run-model.ts';
import { RunPanel } from './panel/run-panel.tsx';
import { RunHead } from './run-head.tsx';
import type { RunRow } from './run-list.tsx';
import { isEnded } from './status-mark.tsx';
import './timeline/happenings.css';
import { Timeline } from './timeline/timeline.tsx';
import { useRunEvents } from './use-run-events.ts';

const LOOK_AGAIN_MS = 2000;

const CompareDrawer = lazyPart(async () => (await import('./compare/compare-drawer.tsx')).CompareDrawer);

export interface RunPlace {
  readonly node: string;
  /** Which of the tries of the node; below 0 the last one. */
  readonly nth: number;
  readonly view: string;
  /** Whether long waits of the timeline are drawn short. */
  readonly folded: boolean;
  /** Of the table. */
  readonly sort: string;
  /** The run that this one is compared with; empty for none. */
  readonly with: string;
}

interface RunViewProps {
  readonly flow: string;
  readonly name: string;
  readonly run: string;
  /** Runs of the flow, newest first. */
  readonly runs: readonly RunRow[];
  readonly place: RunPlace;
  readonly onPlace: (change: Partial<RunPlace>) => void;
  readonly onRun: (run: string) => void;
}

/** One run: its graph, its values and what happened in it; goes along with a run that has not ended. */
export function RunView({ flow, name, run, runs, place, onPlace, onRun }: RunViewProps) {
  const { t } = useTexts('flowRun');
  const [forked, setForked] = useState<{ readonly input: unknown }>();
  const [answered, setAnswered] = useState<string>();
  const params = { workflow_id: flow, execution_id: run };
  const detail = useQuery({
    ...query('showWorkflowExecution', { params }),
    refetchInterval: ({ state }) => (state.data !== undefined && !isEnded(state.data.status) ? LOOK_AGAIN_MS : false),
  });
  const pinned = useQuery({ ...query('showWorkflowExecutionGraph', { params }), staleTime: Number.POSITIVE_INFINITY });
  const { events, error } = useRunEvents(flow, run);
  const model = useMemo(() => runModel(events.map(({ event }) => event)), [events]);
  const hasEnded = model.endedAt !== undefined;
  const { refetch } = detail;
  useEffect(() => {
    if (hasEnded) void refetch();
  }, [hasEnded, refetch]);
  const definition = useMemo(() => graphOf(pinned.data?.graph), [pinned.data]);
  const names = useMemo(
    () => new Map((definition?.nodes ?? []).map((node) => [node.id, node.name] as const)),
    [definition],
  );
  const kindOf = useCallback((id: string) => definition?.nodes.find((node) => node.id === id)?.kind, [definition]);
  const failure = detail.error ?? pinned.error ?? error;
  if (failure) return <ErrorView error={failure} onRetry={() => void detail.refetch()} />;
  if (detail.data === undefined || definition === undefined) return <Skeleton active />;

  const tries = model.byNode.get(place.node) ?? [];
  const chosen = place.nth < 0 ? tries.at(-1) : tries[place.nth];
  const choose = (next: ShownTry) => onPlace({ node: next.node, nth: next.nth });
  const shownNode = definition.nodes.find(({ id }) => id === place.node);
  // no run goes on in the middle of a loop or a service
  const mayFork =
    isEnded(detail.data.status) && chosen?.inside.every(({ node }) => kindOf(node) === 'parallel') === true;
  const isFiltered =
    shownNode !== undefined &&
    (('input_filter' in shownNode && shownNode.input_filter !== undefined) ||
      ('parameters' in shownNode && shownNode.parameters.length > 0));
  const waitsFor = chosen?.status === 'running' ? chosen.callback : undefined;
  const others = runs.filter(({ execution_id }) => execution_id !== run);
  // the one before it, which most often explains a difference
  const before = runs[runs.findIndex(({ execution_id }) => execution_id === run) + 1] ?? others[0];
  const compared = model.origin?.run ?? before?.execution_id;
  const selectNode = (node: string) => onPlace({ node, nth: -1 });
  return (
    <div className="run-view">
      <RunHead
        detail={detail.data}
        model={model}
        flow={{ id: flow, name }}
        onRun={onRun}
        onCompare={compared === undefined ? undefined : () => onPlace({ with: compared })}
      />
      <div className="surface run-picture">
        <RunGraph flow={definition} model={model} selected={place.node} onSelect={selectNode} />
        <RunPanel
          detail={detail.data}
          model={model}
          names={names}
          node={place.node}
          subflow={shownNode?.kind === 'subflow' ? shownNode.flow : undefined}
          chosen={chosen}
          onChoose={choose}
          onClear={() => selectNode('')}
          onFork={mayFork ? (input) => setForked({ input: isFiltered ? undefined : input }) : undefined}
          onCallback={waitsFor === undefined ? undefined : () => setAnswered(waitsFor)}
        />
      </div>
      <section className="surface run-happenings">
        <Segmented
          aria-label={t('view.label')}
          value={place.view}
          options={[
            { value: 'timeline', label: t('timeline.title') },
            { value: 'table', label: t('table.title') },
            { value: 'events', label: t('events.title') },
          ]}
          onChange={(view) => onPlace({ view })}
        />
        {place.view === 'events' && <EventLog events={events} names={names} onSelect={selectNode} />}
        {place.view === 'table' && (
          <ExecutionTable
            model={model}
            names={names}
            kindOf={kindOf}
            selected={chosen}
            onSelect={choose}
            sort={place.sort}
            onSort={(sort) => onPlace({ sort })}
          />
        )}
        {place.view !== 'events' && place.view !== 'table' && (
          <Timeline
            model={model}
            names={names}
            selected={chosen}
            onSelect={choose}
            isFolded={place.folded}
            onFold={(folded) => onPlace({ folded })}
          />
        )}
      </section>
      {place.with !== '' && (
        <Suspense>
          <CompareDrawer
            flow={flow}
            first={{ detail: detail.data, model }}
            second={place.with}
            others={others}
            onSecond={(id) => onPlace({ with: id })}
            onClose={() => onPlace({ with: '' })}
          />
        </Suspense>
      )}
      {answered !== undefined && shownNode && (
        <CallbackDialog
          flow={flow}
          run={run}
          name={shownNode.name}
          id={callbackIdIn(detail.data, answered)}
          onClose={() => setAnswered(undefined)}
        />
      )}
      {forked && shownNode && (
        <ForkDialog
          flow={flow}
          run={run}
          node={shownNode}
          input={forked.input}
          onStarted={onRun}
          onClose={() => setForked(undefined)}
        />
      )}
    </div>
  );
}

function graphOf(graph: Record<string, unknown> | undefined): FlowDefinition | undefined {
  if (graph === undefined) return undefined;
  const read = readDefinition(graph);
  return read.ok ? read.definition : (graph as unknown as FlowDefinition);
}
