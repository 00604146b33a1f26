import type { Use } from '../../cluster/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import type { FunctionGroup } from './function-group.ts';

type Groups = ReadonlyMap<string, FunctionGroup>;

/** An instance of the pool. */
export interface Resident {
  readonly spec: LaunchSpec;
  readonly reserved: boolean;
}

export function* censusOf(groups: Groups): Generator<Resident> {
  for (const group of groups.values()) {
    for (const instance of group.instances) yield { spec: instance.spec, reserved: group.reserved.has(instance) };
  }
}

/** Whether requests of another function wait. */
export function hasWaiters(groups: Groups, besides: FunctionGroup): boolean {
  for (const other of groups.values()) if (other !== besides && other.waiters.size > 0) return true;
  return false;
}

/** What each function uses of its number of instances. */
export function* usesOf(groups: Groups): Generator<Use> {
  for (const group of groups.values()) {
    const [some] = group.instances;
    const isShort = [...group.waiters].some(({ why }) => why === 'limit');
    const spec = some?.spec ?? group.waiters.first?.spec;
    if (spec === undefined || spec.maxInstances <= 0) continue;
    const waiting = isShort ? Math.ceil(group.waiters.size / spec.concurrency) : 0;
    const used = group.instances.size + group.starting();
    yield { key: group.functionKey, limit: spec.maxInstances, used, waiting, keepsLast: group.startsWell };
  }
}
