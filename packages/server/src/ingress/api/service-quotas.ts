import { LIMITS } from '@funcgraph/api';
import type { GatewayApps } from '../../control/index.ts';
import type { Quotas } from '../../domain/quotas.ts';
import type {
  Alarms,
  BucketUsage,
  GatewayApis,
  GatewayGroups,
  Streams,
  Subscriptions,
  Topics,
} from '../../services/index.ts';

export interface ServiceQuotaDeps {
  readonly quotas: Quotas;
  /** What a project stores in buckets. */
  readonly bucketUsage: (projectId: string) => Promise<BucketUsage>;
  readonly streams: Pick<Streams, 'usage'>;
  readonly topics: Pick<Topics, 'count'>;
  readonly subscriptions: Pick<Subscriptions, 'count'>;
  readonly alarms: Pick<Alarms, 'count'>;
  readonly gatewayGroups: Pick<GatewayGroups, 'list'>;
  readonly gatewayApis: Pick<GatewayApis, 'count'>;
  readonly gatewayApps: Pick<GatewayApps, 'list'>;
}

/** Quotas of a project for buckets, streams, topics, alarms and the gateway. */
export async function serviceQuotas(deps: ServiceQuotaDeps, projectId: string) {
  const { quotas } = deps;
  const stored = await deps.bucketUsage(projectId);
  const streams = await deps.streams.usage(projectId);
  const limits = [
    { name: 'buckets', quota: quotas.buckets, used: stored.buckets, setting: 'quota_buckets' },
    { name: 'objects', quota: quotas.objects, used: stored.objects, setting: 'quota_objects' },
    { name: 'object_size', quota: quotas.objectBytes, used: stored.bytes, unit: 'bytes', setting: 'quota_object_size' },
    { name: 'uploads', quota: quotas.uploads, used: stored.uploads, setting: 'quota_uploads' },
    { name: 'upload_parts', quota: quotas.uploadParts, used: stored.parts, setting: 'quota_upload_parts' },
    { name: 'object_writes', quota: quotas.objectWrites, used: stored.writes, setting: 'quota_object_writes' },
    { name: 'streams', quota: quotas.streams, used: streams.streams, setting: 'quota_streams' },
    {
      name: 'stream_size',
      quota: quotas.streamBytes,
      used: streams.bytes,
      unit: 'bytes',
      setting: 'quota_stream_size',
    },
    { name: 'topics', quota: LIMITS.topicsPerProject, used: await deps.topics.count(projectId) },
    {
      ...{ name: 'subscriptions', quota: LIMITS.subscriptionsPerProject },
      used: await deps.subscriptions.count({ projectId }),
    },
    { name: 'alarms', quota: LIMITS.alarmsPerProject, used: await deps.alarms.count(projectId) },
    {
      ...{ name: 'gateway_groups', quota: LIMITS.gatewayGroupsPerProject },
      used: deps.gatewayGroups.list(projectId).length,
    },
    { name: 'gateway_apis', quota: LIMITS.gatewayApisPerProject, used: await deps.gatewayApis.count(projectId) },
    { name: 'gateway_apps', quota: LIMITS.gatewayAppsPerProject, used: deps.gatewayApps.list(projectId).length },
  ];
  return limits.map((limit) => ({ scope: 'project' as const, unit: '', setting: '', ...limit }));
}
