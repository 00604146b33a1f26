import type { RunRow } from './run-rows.ts';

/** A row of a new run, for tests. */
export function newRow(run: string, more: Partial<RunRow> = {}): RunRow {
  return {
    run,
    id: run,
    project_id: 'p',
    flow_id: 'f',
    definition: 'd1',
    pins: '{}',
    mode: 'NORMAL',
    identity: '{}',
    started_by: 'ann',
    headers: '{}',
    request: 'r',
    status: 'running',
    stop_at: null,
    next_seq: 1,
    bytes: 10,
    started_at: 1_000,
    updated_at: 1_000,
    ended_at: null,
    wake_at: 0,
    owner: 'server-1',
    epoch: 1,
    parent_run: null,
    parent_exec: null,
    parent_attempt: null,
    origin_run: null,
    origin_kind: null,
    ...more,
  };
}
