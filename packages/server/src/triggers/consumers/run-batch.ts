import { type FunctionUrn, parseQualifier } from '@funcgraph/api';
import type { Trigger } from '../../control/index.ts';
import type { SourceEvent, SourceInvocations } from '../../invocation/index.ts';
import { idOf } from '../../lib/ids.ts';
import type { AtomicStatement } from '../../storage/index.ts';

export interface BatchRunDeps {
  readonly invocations: Pick<SourceInvocations, 'run' | 'store'>;
  readonly region: string;
}

export interface BatchRun extends Pick<SourceEvent, 'event' | 'sharesId' | 'ending' | 'cut'> {
  readonly trigger: Trigger;
  /** Names the records: the same ones have the same id. */
  readonly id: string;
}

/**
 * Runs the target of a trigger with a batch to its end, and stores that with the statements in one step. False, without any
 * change, when one of them that must affect a row did not.
 */
export async function runBatch(
  { invocations, region }: BatchRunDeps,
  { trigger, id, ...event }: BatchRun,
  statements: readonly AtomicStatement[],
): Promise<boolean> {
  const { id: triggerId, fn, qualifier } = trigger;
  const urn: FunctionUrn = { region, ...fn, qualifier: parseQualifier(qualifier) };
  const end = await invocations.run({ urn, requestId: idOf(`${triggerId} ${id}`), ...event });
  return invocations.store(end, statements);
}
