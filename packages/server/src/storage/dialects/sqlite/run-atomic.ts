import type { Transferable } from 'node:worker_threads';
import type { AtomicResult, AtomicStatement } from '../../atomic.ts';
import { encodeParameters } from '../../parameter.ts';
import type { EngineLink } from './engine-link.ts';
import type { TransactionGate } from './transaction-gate.ts';

/** Sends the statements as one call, which the engine runs as a part of its group: one fsync serves many batches. */
export async function runAtomic(
  link: EngineLink,
  gate: TransactionGate,
  statements: readonly AtomicStatement[],
): Promise<readonly AtomicResult[]> {
  const transfer: Transferable[] = [];
  const encoded = statements.map(({ query: { sql, parameters } }) => {
    return { sql, parameters: encodeParameters(parameters, transfer) };
  });
  const mustAffect = statements.flatMap(({ mustAffect }, index) => (mustAffect === true ? [index] : []));
  // No other transaction has this object as its owner.
  const owner = {};
  const result = await gate.run(owner, () => link.call({ op: 'atomic', statements: encoded, mustAffect }, transfer));
  return (result.parts ?? []).map(({ rows, changes }) => ({ rows, affected: Math.max(changes, rows.length) }));
}
