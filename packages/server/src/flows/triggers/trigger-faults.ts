import type { ErrorViolation } from '@funcgraph/api';
import {
  type Catalog,
  type FlowListener,
  projectQuota,
  type TriggerNeighbours,
  type TriggerSources,
} from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { DefinedTrigger } from './flow-trigger.ts';
import type { FlowTriggers } from './flow-triggers.ts';

interface Around {
  readonly projectId: string;
  readonly flowName: string;
  readonly catalog: Pick<Catalog, 'allTriggers' | 'entry'>;
  readonly flows: Pick<FlowTriggers, 'among' | 'serving'>;
  readonly sources: TriggerSources;
}

/** Rules of definitions that conflicts with other triggers break. */
const CONFLICTS: Readonly<Record<string, string>> = { request_path_taken: 'X-51', obs_trigger_clash: 'X-54' };

/** Triggers that conflict with others, or whose source does not exist. */
export async function triggerFaults(triggers: readonly DefinedTrigger[], around: Around): Promise<ErrorViolation[]> {
  const { projectId, sources } = around;
  const faults: ErrorViolation[] = [];
  for (const trigger of triggers) {
    const { kind, settings } = trigger;
    const checks = [
      () => refuseTakenRoute(trigger, around),
      () => refuseTooMany(trigger, neighbours(trigger, triggers, around)),
      () => kind.checkAmong?.({ fn: { projectId }, active: true, settings }, neighbours(trigger, triggers, around)),
      () => kind.checkSource?.(settings, projectId, sources),
    ];
    for (const check of checks) {
      try {
        await check();
      } catch (error) {
        faults.push(faultOf(error, trigger));
      }
    }
  }
  return faults;
}

/** Rethrows what is not the fault of the definition. */
export function faultOf(error: unknown, { kind, index }: Pick<DefinedTrigger, 'kind' | 'index'>): ErrorViolation {
  if (!(error instanceof PlatformError) || error.spec.audience !== 'user' || error.spec.retryable) throw error;
  const message = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  return { code: CONFLICTS[error.code] ?? kind.rule, field: configField(index), message };
}

export function configField(index: number): string {
  return `triggers[${index}].trigger_config`;
}

function refuseTakenRoute({ routeKey }: DefinedTrigger, { flowName, flows }: Around): void {
  const { flow } = (routeKey === undefined ? undefined : flows.serving(routeKey)) ?? {};
  if (flow === undefined || flow.name === flowName) return;
  const message = `a trigger of flow ${flow.name} serves this path, method and environment`;
  throw new PlatformError('request_path_taken', message);
}

/** The fault of a trigger that is one too many. */
export function tooMany(trigger: DefinedTrigger): ErrorViolation {
  const { mostOfProject } = trigger.kind;
  if (mostOfProject === undefined) throw new Error(`triggers of the kind ${trigger.kind.type} have no limit`);
  return faultOf(projectQuota(mostOfProject), trigger);
}

function refuseTooMany({ kind: { mostOfProject } }: DefinedTrigger, { ofProject, ofFlows }: TriggerNeighbours): void {
  if (mostOfProject === undefined) return;
  const { kinds, most } = mostOfProject;
  const others = [...ofProject(), ...ofFlows()].filter(({ settings }) => kinds.includes(settings.kind)).length;
  if (others >= most) throw projectQuota(mostOfProject);
}

function neighbours(
  { index }: DefinedTrigger,
  triggers: readonly DefinedTrigger[],
  { projectId, flowName, catalog, flows }: Around,
): TriggerNeighbours {
  return {
    isHttp: false,
    ofFunction: [],
    hasFunction: (id) => catalog.entry(id)?.projectId === projectId,
    *ofProject() {
      for (const other of catalog.allTriggers()) if (other.fn.projectId === projectId) yield other;
    },
    *ofFlows(source): Iterable<FlowListener> {
      for (const other of triggers) {
        if (other.index < index && (source === undefined || other.source === source))
          yield { flow: flowName, settings: other.settings };
      }
      for (const { flow, settings } of flows.among(projectId, source)) {
        if (flow.name !== flowName) yield { flow: flow.name, settings };
      }
    },
  };
}
