import type { EngineStatement } from '../../engine/link.ts';
import type { Session } from './session.ts';

/** Old markers are deleted once in this many; only the last one is needed. */
const SWEEP_EVERY = 1024;

/** Rows are inserted, not updated: a row that is updated often gets slow while another session has a long snapshot. */
export const MARKERS_TABLE = 'create table if not exists funcgraph_commit (marker bigint primary key)';

/** Statements that become part of a transaction to show later whether it was committed. Markers must increase. */
export function markerStatements(marker: number): EngineStatement[] {
  const insert = { sql: 'insert into funcgraph_commit (marker) values ($1)', parameters: [marker] };
  if (marker % SWEEP_EVERY !== 0) return [insert];
  return [insert, { sql: 'delete from funcgraph_commit where marker < $1', parameters: [marker] }];
}

/** Whether the transaction with this marker was committed. Its session must have ended. */
export async function wasCommitted(session: Session, marker: number): Promise<boolean> {
  return (await session.ask('select from funcgraph_commit where marker = $1', [marker])).length === 1;
}
