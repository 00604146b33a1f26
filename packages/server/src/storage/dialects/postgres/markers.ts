import type { EngineStatement } from '../../engine/link.ts';
import type { Session } from './session.ts';

/** Markers of earlier commits that are kept: one would do. */
const SWEEP_EVERY = 1024;

/** Rows are added and not changed: a row that is changed all the time gets slow while somebody else reads for long. */
export const MARKERS_TABLE = 'create table if not exists funcgraph_commit (marker bigint primary key)';

/** Become part of a transaction, so that one can see later whether it was committed. Markers must rise. */
export function markerStatements(marker: number): EngineStatement[] {
  const insert = { sql: 'insert into funcgraph_commit (marker) values ($1)', parameters: [marker] };
  if (marker % SWEEP_EVERY !== 0) return [insert];
  return [insert, { sql: 'delete from funcgraph_commit where marker < $1', parameters: [marker] }];
}

/** Whether the transaction with this marker was committed. The session that ran it must be over. */
export async function wasCommitted(session: Session, marker: number): Promise<boolean> {
  return (await session.ask('select from funcgraph_commit where marker = $1', [marker])).length === 1;
}
