import type { FlowIdentity } from '../rights.ts';
import type { RunRow } from '../store/run-rows.ts';

/** What the calls and children of a run need to know of it. */
export interface RunContext {
  readonly run: string;
  /** The public id. */
  readonly id: string;
  readonly projectId: string;
  readonly flowId: string;
  readonly mode: RunRow['mode'];
  readonly identity: FlowIdentity;
  readonly startedAt: number;
  readonly startedBy: string;
  /** Digests of definitions by id of the flow. */
  readonly pins: Readonly<Record<string, string>>;
  readonly parent: { readonly run: string; readonly exec: number; readonly attempt: number } | undefined;
}

export function contextOf(row: RunRow): RunContext {
  const { parent_run, parent_exec, parent_attempt } = row;
  return {
    run: row.run,
    id: row.id,
    projectId: row.project_id,
    flowId: row.flow_id,
    mode: row.mode,
    identity: JSON.parse(row.identity) as FlowIdentity,
    startedAt: row.started_at,
    startedBy: row.started_by,
    pins: JSON.parse(row.pins) as Record<string, string>,
    parent:
      parent_run === null || parent_exec === null || parent_attempt === null
        ? undefined
        : { run: parent_run, exec: parent_exec, attempt: parent_attempt },
  };
}
