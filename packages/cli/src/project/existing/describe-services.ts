import { type CallOutput, parseFlowUrn, parseUrn } from '@funcgraph/api';
import type { ProjectFile } from '../file/schema.ts';

type Alarm = CallOutput<'listAlarms'>['data']['alarms'][number];
type Subscription = CallOutput<'listSubscriptionsByTopic'>['data']['subscriptions'][number];
type AlarmEntry = NonNullable<ProjectFile['alarms']>[string];
type SubscriptionEntry = NonNullable<NonNullable<NonNullable<ProjectFile['topics']>[string]>['subscriptions']>[number];

/** As a project file has it; undefined when it is about a version, or about a function outside of the usual package. */
export function describeAlarm(alarm: Alarm): AlarmEntry | undefined {
  const target = targetOf(alarm.target_urn);
  if (target === undefined) return undefined;
  const { statistic, metric, comparison, threshold, period, periods, breaching_periods, description } = alarm;
  const topics = alarm.topic_urns.map((urn) => urn.split(':').at(-1) ?? '');
  const notifiesUsual = [...alarm.notify_on].sort().join() === 'alarm,ok';
  return {
    ...target,
    when: `${statistic} ${metric} ${comparison} ${threshold}`,
    ...(topics.length === 0 ? {} : { topics }),
    ...(period === 5 ? {} : { period }),
    ...(periods === 1 ? {} : { periods }),
    ...(breaching_periods === periods ? {} : { breaching_periods }),
    ...(alarm.missing_data === 'keep' ? {} : { missing_data: alarm.missing_data }),
    ...(notifiesUsual ? {} : { notify_on: alarm.notify_on }),
    ...(description === '' ? {} : { description }),
    ...(alarm.enabled ? {} : { enabled: false }),
  };
}

function targetOf(urn: string): Pick<AlarmEntry, 'function' | 'alias' | 'flow'> | undefined {
  const flow = parseFlowUrn(urn);
  if (flow !== undefined) return { flow: flow.name };
  const [, , , , , pkg, name = '', qualifier = 'latest'] = urn.split(':');
  if (pkg !== 'default') return undefined;
  if (qualifier === 'latest') return { function: name };
  return qualifier.startsWith('!') ? { function: name, alias: qualifier.slice(1) } : undefined;
}

/** As a project file has it; undefined for a protocol or target that it does not have. */
export function describeSubscription({ protocol, endpoint }: Subscription): SubscriptionEntry | undefined {
  if (protocol === 'email') return { email: endpoint };
  if (protocol === 'http' || protocol === 'https') return { url: endpoint };
  const flow = parseFlowUrn(endpoint);
  if (flow !== undefined) return { flow: flow.name };
  const urn = parseUrn(endpoint);
  const isLatest = endpoint.split(':').length === 7 || endpoint.endsWith(':latest');
  return urn?.package === 'default' && isLatest ? { function: urn.name } : undefined;
}
