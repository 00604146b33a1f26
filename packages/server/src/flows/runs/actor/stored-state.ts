import {
  begin,
  fold,
  fromSnapshot,
  type JsonObject,
  type RunEvent,
  type RunStarted,
  type RunState,
} from '@funcgraph/flow';
import type { StoredRun } from '../store/run-rows.ts';
import type { RunStore } from '../store/run-store.ts';

/** Where a stored run goes on. */
export interface StoredState {
  readonly state: RunState;
  readonly seq: number;
  /** The first events of an express run. */
  readonly begun: readonly RunEvent[];
}

/** A standard run goes on where its log ends; an express run starts again as a whole. */
export async function stateOf(stored: StoredRun, store: Pick<RunStore, 'events'>): Promise<StoredState> {
  const { row, snapshot } = stored;
  if (row.mode === 'EXPRESS') {
    const first = firstOf(JSON.parse(stored.events[0] ?? '[]') as RunEvent[]);
    return { state: begin(first), seq: 1, begun: [first] };
  }
  const saved = snapshot === undefined ? undefined : fromSnapshot(JSON.parse(snapshot) as JsonObject);
  const texts =
    saved === undefined && stored.from > 0
      ? (await store.events(row.run, 0, Number.MAX_SAFE_INTEGER)).map(({ events }) => events)
      : stored.events;
  const events = texts.flatMap((text) => JSON.parse(text) as RunEvent[]);
  const state = saved ?? begin(firstOf(events));
  for (const event of saved === undefined ? events.slice(1) : events) fold(state, event);
  return { state, seq: row.next_seq, begun: [] };
}

function firstOf([first]: readonly RunEvent[]): RunEvent & RunStarted {
  if (first?.type !== 'run_started') throw new Error('the log of a run does not begin with its start');
  return first;
}
