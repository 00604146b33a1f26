import type { StreamItem } from '../../framework/index.ts';
import type { Kind, Step } from '../plan/resource.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { Driver } from './driver.ts';

export type Drivers = Readonly<Record<Kind, Driver>>;

/**
 * Performs the steps one after another and records each. When it is stopped, the record names at least what was made,
 * and the next plan holds what is missing.
 */
export async function* apply(
  steps: readonly Step[],
  drivers: Drivers,
  record: DeploymentRecord,
): AsyncGenerator<StreamItem> {
  await record.intend(steps.flatMap((step) => (step.action === 'delete' ? [] : [step.desired])));
  for (const step of steps) {
    await perform(step, drivers, record);
    const { kind, name } = step.action === 'delete' ? step.actual : step.desired;
    yield { text: `${kind} ${name}: ${DONE[step.action]}`, data: { kind, name, outcome: DONE[step.action] } };
  }
}

const DONE = { create: 'created', update: 'updated', replace: 'replaced', delete: 'deleted' } as const;

async function perform(step: Step, drivers: Drivers, record: DeploymentRecord): Promise<void> {
  if (step.action === 'delete') {
    await drivers[step.actual.kind].remove(step.actual);
    return record.forget([step.actual]);
  }
  const { desired } = step;
  const { kind, name, notes } = desired;
  const driver = drivers[kind];
  if (step.action === 'update') {
    await driver.update(desired, step.actual, step.changes);
    return record.made({ kind, name, notes, id: step.actual.id });
  }
  if (step.action === 'replace') await driver.remove(step.actual);
  const id = await driver.create(desired);
  return record.made({ kind, name, notes, id });
}
