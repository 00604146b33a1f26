import { LIMITS } from '@funcgraph/api';
import { environmentChars } from '@funcgraph/api/environment';
import {
  type Catalog,
  type Functions,
  peakCount,
  type ReservedConfigs,
  type Runtimes,
  type Trigger,
} from '../../control/index.ts';
import { LATEST } from '../../domain/names.ts';
import type { FlowRuns, Flows } from '../../flows/index.ts';
import type { RunningCalls } from '../../telemetry/index.ts';
import type { Handlers } from '../http/handler.ts';
import { type ServiceQuotaDeps, serviceQuotas } from './service-quotas.ts';

const MEBIBYTE = 1024 * 1024;

interface QueueUse {
  readonly messages: number;
  readonly bytes: number;
}

export interface FunctionQuotaDeps extends ServiceQuotaDeps {
  readonly functions: Functions;
  /** Flows of a project. */
  readonly flows: Pick<Flows, 'count'>;
  readonly runs: Pick<FlowRuns, 'usage'>;
  readonly runtimes: Runtimes;
  readonly catalog: Catalog;
  /** Invocations of a project at once. */
  readonly accountConcurrency: number;
  readonly running: RunningCalls;
  readonly reservedConfigs: ReservedConfigs;
  /** The queued messages of a project, and its dead letters. */
  readonly queue: { usage(projectId: string): QueueUse };
  readonly deadLetterBox: { usage(projectId: string): Promise<QueueUse> };
  readonly idleMs: number;
}

type Ids = 'listQuotas' | 'listAllQuotas' | 'listRuntimeTypes';

/** Quotas that this server enforces, with their actual use, and the runtimes a function can be created with. */
export function functionQuotaHandlers(deps: FunctionQuotaDeps): Handlers<Ids> {
  const { functions, quotas, accountConcurrency, running, reservedConfigs } = deps;
  return {
    async listQuotas({ params }) {
      const used = await functions.usage(params.project_id);
      return {
        quotas: {
          resources: [
            { type: 'fgs_func_num', quota: quotas.functions, used: used.functions },
            {
              type: 'fgs_func_code_size',
              quota: quotas.codeBytes / MEBIBYTE,
              used: Math.ceil(used.codeBytes / MEBIBYTE),
              unit: 'MB',
            },
            { type: 'fgs_func_occurs', quota: accountConcurrency, used: running.ofProject(params.project_id) },
            { type: 'fgs_workflow_num', quota: quotas.flows, used: await deps.flows.count(params.project_id) },
            { type: 'fgs_on_demand_instance_limit', quota: LIMITS.maxInstances.max, used: 0 },
            { type: 'fgs_func_scale_down_timeout', quota: Math.ceil(deps.idleMs / 1000), used: 0 },
          ],
        },
      };
    },

    async listAllQuotas({ params }) {
      const projectId = params.project_id;
      const used = await functions.usage(projectId);
      const most = mostOfFunctions(deps.catalog, projectId);
      const [queued, dead] = [deps.queue.usage(projectId), await deps.deadLetterBox.usage(projectId)];
      const reserved = reservedConfigs.list(projectId).reduce((sum, one) => sum + peakCount(one), 0);
      const flowRuns = deps.runs.usage(projectId);
      const ofProject = { scope: 'project' as const, unit: '' };
      const ofFunction = { scope: 'function' as const, unit: '' };
      return {
        quotas: [
          {
            ...ofProject,
            name: 'functions',
            quota: quotas.functions,
            used: used.functions,
            setting: 'quota_functions',
          },
          {
            ...ofProject,
            ...{ name: 'flows', quota: quotas.flows, used: await deps.flows.count(projectId) },
            setting: 'quota_flows',
          },
          {
            ...ofProject,
            ...{ name: 'flow_runs', quota: quotas.flowRuns, used: flowRuns.runs },
            setting: 'quota_flow_runs',
          },
          {
            ...ofProject,
            ...{ name: 'flow_run_size', quota: quotas.flowRunBytes, used: flowRuns.bytes, unit: 'bytes' },
            setting: 'quota_flow_run_size',
          },
          {
            ...ofProject,
            ...{ name: 'code_size', quota: quotas.codeBytes, used: used.codeBytes, unit: 'bytes' },
            setting: 'quota_code_size',
          },
          {
            ...ofProject,
            ...{ name: 'concurrency', quota: accountConcurrency, used: running.ofProject(projectId) },
            setting: 'account_concurrency',
          },
          {
            ...ofProject,
            ...{ name: 'reserved_instances', quota: reservedConfigs.quota, used: reserved },
            setting: 'account_concurrency',
          },
          {
            ...ofProject,
            ...{ name: 'async_events', quota: quotas.asyncEvents, used: queued.messages },
            setting: 'quota_async_events',
          },
          {
            ...ofProject,
            ...{ name: 'async_size', quota: quotas.asyncBytes, used: queued.bytes, unit: 'bytes' },
            setting: 'quota_async_size',
          },
          {
            ...ofProject,
            ...{ name: 'dead_letters', quota: quotas.deadLetters, used: dead.messages },
            setting: 'quota_dead_letters',
          },
          {
            ...ofProject,
            ...{ name: 'dead_letter_size', quota: quotas.deadLetterBytes, used: dead.bytes, unit: 'bytes' },
            setting: 'quota_dead_letter_size',
          },
          ...(await serviceQuotas(deps, projectId)),
          {
            ...ofFunction,
            ...{ name: 'versions', quota: quotas.versionsPerFunction, used: most.versions },
            setting: 'quota_versions',
          },
          {
            ...{ scope: 'version' as const, unit: '' },
            ...{ name: 'triggers', quota: LIMITS.triggersPerVersion, used: most.triggers, setting: '' },
          },
          { ...ofFunction, name: 'aliases', quota: quotas.aliasesPerFunction, used: null, setting: 'quota_aliases' },
          {
            ...ofFunction,
            ...{ name: 'test_events', quota: quotas.testEventsPerFunction, used: null },
            setting: 'quota_test_events',
          },
          {
            ...ofFunction,
            ...{ name: 'environment', quota: quotas.environmentChars, used: most.environment, unit: 'characters' },
            setting: 'quota_environment',
          },
        ],
      };
    },

    async listRuntimeTypes() {
      return deps.runtimes.available().map((name) => ({ type: name, display_name: name }));
    },
  };
}

/** Of the function that has most. */
function mostOfFunctions(catalog: Catalog, projectId: string) {
  const versions = new Map<string, number>();
  let environment = 0;
  let triggers = 0;
  for (const snapshot of catalog.snapshots()) {
    if (snapshot.projectId !== projectId) continue;
    environment = Math.max(environment, environmentChars(snapshot.env));
    const { functionId } = snapshot;
    if (snapshot.version === LATEST) triggers = Math.max(triggers, mostTriggers(catalog.triggers(functionId)));
    else versions.set(functionId, (versions.get(functionId) ?? 0) + 1);
  }
  return { versions: Math.max(0, ...versions.values()), environment, triggers };
}

/** Of the version or alias that has most. */
function mostTriggers(all: readonly Trigger[]): number {
  const counts = new Map<string, number>();
  for (const { qualifier } of all) counts.set(qualifier, (counts.get(qualifier) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
