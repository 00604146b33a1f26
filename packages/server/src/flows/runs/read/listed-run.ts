import type { FlowRun } from '../../types.ts';
import type { ListedRun } from '../store/run-rows.ts';

export function toFlowRun(row: ListedRun): FlowRun {
  return {
    id: row.id,
    flowId: row.flow_id,
    status: row.status === 'running' && row.stop_at !== null ? 'stopping' : row.status,
    startedBy: row.started_by,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    updatedAt: row.updated_at,
  };
}
