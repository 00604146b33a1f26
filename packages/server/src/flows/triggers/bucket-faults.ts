import type { ErrorViolation } from '@funcgraph/api';
import type { Catalog, TriggerSources } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { checkBucket, isObs, type ObsSettings, overlap } from '../../triggers/index.ts';
import type { DefinedTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

interface Around {
  readonly projectId: string;
  readonly flowName: string;
  readonly catalog: Pick<Catalog, 'allTriggers'>;
  readonly flows: Pick<FlowTriggers, 'listening'>;
  readonly sources: TriggerSources;
}

/** Triggers whose bucket does not exist, or of whose objects another trigger gets the same events. */
export async function bucketFaults(triggers: readonly DefinedTrigger[], around: Around): Promise<ErrorViolation[]> {
  const faults: ErrorViolation[] = [];
  for (const { settings, source = '', index } of triggers) {
    if (!isObs(settings)) continue;
    const config = `triggers[${index}].trigger_config`;
    const missing = await missingBucket(settings, around);
    if (missing !== undefined) faults.push({ code: 'X-53', field: `${config}.bucket`, message: missing });
    const clash = triggers.find(({ settings: other, index: at }) => at < index && clashes(settings, other));
    const owner = clash === undefined ? otherOwner(settings, source, around) : `triggers[${clash.index}]`;
    if (owner === undefined) continue;
    const message = `${owner} gets some of these events for the same objects of bucket ${settings.bucket}`;
    faults.push({ code: 'X-54', field: config, message });
  }
  return faults;
}

async function missingBucket(settings: ObsSettings, { projectId, sources }: Around): Promise<string | undefined> {
  try {
    await checkBucket(settings, projectId, sources);
    return undefined;
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'bucket_not_usable') return error.message;
    throw error;
  }
}

function otherOwner(settings: ObsSettings, source: string, { projectId, flowName, catalog, flows }: Around) {
  for (const { fn, settings: other } of catalog.allTriggers()) {
    if (fn.projectId === projectId && clashes(settings, other)) return `a trigger of function ${fn.name}`;
  }
  for (const { flow, settings: other } of flows.listening(source)) {
    if (flow.name !== flowName && clashes(settings, other)) return `a trigger of flow ${flow.name}`;
  }
  return undefined;
}

function clashes(settings: ObsSettings, other: { readonly kind: string }): boolean {
  return isObs(other) && other.bucket === settings.bucket && overlap(settings, other);
}
