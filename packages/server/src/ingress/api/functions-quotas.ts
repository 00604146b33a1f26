import { type Catalog, type Functions, peakCount, type ReservedConfigs, type Runtimes } from '../../control/index.ts';
import { environmentChars } from '../../domain/environment.ts';
import { LATEST } from '../../domain/names.ts';
import type { Quotas } from '../../domain/quotas.ts';
import type { FlowRuns, Flows } from '../../flows/index.ts';
import type { BucketUsage, Streams, StreamUsage } from '../../services/index.ts';
import type { RunningCalls } from '../../telemetry/index.ts';
import type { Handlers } from '../http/handler.ts';

const MEBIBYTE = 1024 * 1024;

interface QueueUse {
  readonly messages: number;
  readonly bytes: number;
}

export interface FunctionQuotaDeps {
  readonly functions: Functions;
  /** Flows of a project. */
  readonly flows: Pick<Flows, 'count'>;
  readonly runs: Pick<FlowRuns, 'usage'>;
  readonly runtimes: Runtimes;
  readonly catalog: Catalog;
  readonly quotas: Quotas;
  /** Invocations of a project at once. */
  readonly accountConcurrency: number;
  readonly running: RunningCalls;
  readonly reservedConfigs: ReservedConfigs;
  /** The queued messages of a project, and its dead letters. */
  readonly queue: { usage(projectId: string): QueueUse };
  readonly deadLetterBox: { usage(projectId: string): Promise<QueueUse> };
  /** What a project stores in buckets. */
  readonly bucketUsage: (projectId: string) => Promise<BucketUsage>;
  readonly streams: Pick<Streams, 'usage'>;
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
          ...bucketQuotas(quotas, await deps.bucketUsage(projectId)).map((quota) => ({ ...ofProject, ...quota })),
          ...streamQuotas(quotas, await deps.streams.usage(projectId)).map((quota) => ({ ...ofProject, ...quota })),
          {
            ...ofFunction,
            ...{ name: 'versions', quota: quotas.versionsPerFunction, used: most.versions },
            setting: 'quota_versions',
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
function mostOfFunctions(catalog: Catalog, projectId: string): { versions: number; environment: number } {
  const versions = new Map<string, number>();
  let environment = 0;
  for (const snapshot of catalog.snapshots()) {
    if (snapshot.projectId !== projectId) continue;
    environment = Math.max(environment, environmentChars(snapshot.env));
    const { functionId } = snapshot;
    if (snapshot.version !== LATEST) versions.set(functionId, (versions.get(functionId) ?? 0) + 1);
  }
  return { versions: Math.max(0, ...versions.values()), environment };
}

function bucketQuotas(quotas: Quotas, used: BucketUsage) {
  return [
    { name: 'buckets', quota: quotas.buckets, used: used.buckets, setting: 'quota_buckets' },
    { name: 'objects', quota: quotas.objects, used: used.objects, setting: 'quota_objects' },
    { name: 'object_size', quota: quotas.objectBytes, used: used.bytes, unit: 'bytes', setting: 'quota_object_size' },
    { name: 'uploads', quota: quotas.uploads, used: used.uploads, setting: 'quota_uploads' },
    { name: 'upload_parts', quota: quotas.uploadParts, used: used.parts, setting: 'quota_upload_parts' },
    { name: 'object_writes', quota: quotas.objectWrites, used: used.writes, setting: 'quota_object_writes' },
  ];
}

function streamQuotas(quotas: Quotas, used: StreamUsage) {
  return [
    { name: 'streams', quota: quotas.streams, used: used.streams, setting: 'quota_streams' },
    { name: 'stream_size', quota: quotas.streamBytes, used: used.bytes, unit: 'bytes', setting: 'quota_stream_size' },
  ];
}
