import { formatFlowUrn, formatTopicUrn } from '@funcgraph/api';
import { CliError } from '../../framework/index.ts';
import type { Words } from '../file/fill-in.ts';
import type { ProjectFile } from '../file/schema.ts';
import type { Desired } from '../plan/resource.ts';
import type { Driver } from '../server/driver.ts';
import { foundAmong, perhaps, type Reach } from './reach.ts';

type Topic = NonNullable<NonNullable<ProjectFile['topics']>[string]>;
type Subscription = NonNullable<Topic['subscriptions']>[number];

/** Topics and their subscriptions. A subscription is called by its topic and its endpoint. */
export function topicsOf(file: ProjectFile, words: Words): Desired[] {
  return Object.entries(file.topics ?? {}).flatMap(([key, topic]): Desired[] => {
    const name = words[`topics.${key}`] ?? key;
    const path = ['topics', key];
    const subscriptions = (topic?.subscriptions ?? []).map(
      (one, index): Desired => ({
        kind: 'subscription',
        name: `${name}/${endpointName(one, words)}`,
        fields: {},
        notes: {},
        path: [...path, 'subscriptions', index],
      }),
    );
    const fields = { display_name: topic?.display_name ?? '' };
    return [{ kind: 'topic', name, fields, notes: {}, path }, ...subscriptions];
  });
}

function endpointName(one: Subscription, words: Words): string {
  if ('function' in one) return `function:${words[`functions.${one.function}`] ?? one.function}`;
  if ('flow' in one) return `flow:${words[`flows.${one.flow}`] ?? one.flow}`;
  return 'url' in one ? one.url : one.email;
}

export function topicDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const { projectId: project_id } = credentials;
  const paramsOf = (name: string) => ({ project_id, topic_urn: formatTopicUrn({ ...credentials, name }) });
  return {
    find: (names) =>
      foundAmong(names, async (name) => {
        const topic = await perhaps(client.call('listTopicDetails', { params: paramsOf(name), signal }));
        const fields = { display_name: topic?.display_name ?? '' };
        return topic && { kind: 'topic', name, id: topic.topic_id, fields };
      }),
    async create({ name, fields }) {
      const body = { name, display_name: String(fields.display_name) };
      await client.call('createTopic', { params: { project_id }, body, signal });
      return (await client.call('listTopicDetails', { params: paramsOf(name), signal })).data.topic_id;
    },
    async update({ name, fields }) {
      const body = { display_name: String(fields.display_name) };
      await client.call('updateTopic', { params: paramsOf(name), body, signal });
    },
    async remove({ name }) {
      await client.call('deleteTopic', { params: paramsOf(name), signal });
    },
  };
}

const PAGE = 100;

export function subscriptionDriver({ connection, signal }: Reach): Driver {
  const { client, credentials } = connection;
  const { projectId: project_id } = credentials;
  const partsOf = (name: string) => {
    const at = name.indexOf('/');
    const params = { project_id, topic_urn: formatTopicUrn({ ...credentials, name: name.slice(0, at) }) };
    return { params, ...endpointOf(name.slice(at + 1)) };
  };
  function endpointOf(text: string): { protocol: string; endpoint: string } {
    const [, kind, name = ''] = /^(function|flow):([^/]+)$/.exec(text) ?? [];
    if (kind === 'function') {
      return { protocol: 'functiongraph', endpoint: connection.functionParams(name, 'default').function_urn };
    }
    if (kind === 'flow') return { protocol: 'flow', endpoint: formatFlowUrn({ ...credentials, name }) };
    const [, scheme] = /^(https?):/.exec(text) ?? [];
    return { protocol: scheme ?? 'email', endpoint: text };
  }
  const plain = (endpoint: string): string => endpoint.replace(/:latest$/, '');
  return {
    find: (names) =>
      foundAmong(names, async (name) => {
        const { params, endpoint } = partsOf(name);
        for (let offset = 0; ; offset += PAGE) {
          const query = { offset: String(offset), limit: String(PAGE) };
          const page = await perhaps(client.call('listSubscriptionsByTopic', { params, query, signal }));
          const one = page?.subscriptions.find((each) => plain(each.endpoint) === plain(endpoint));
          if (one !== undefined) return { kind: 'subscription', name, id: one.subscription_urn, fields: {} };
          if ((page?.subscriptions.length ?? 0) < PAGE) return undefined;
        }
      }),
    async create({ name }) {
      const { params, protocol, endpoint } = partsOf(name);
      const body = { protocol, endpoint };
      return (await client.call('addSubscription', { params, body, signal })).data.subscription_urn;
    },
    async update({ name }) {
      throw new CliError(`the subscription ${name} has nothing that could change`);
    },
    async remove({ id }) {
      await client.call('cancelSubscription', { params: { project_id, subscription_urn: id }, signal });
    },
  };
}
