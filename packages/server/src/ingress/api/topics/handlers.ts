import { formatSubscriptionUrn, formatTopicUrn, type RouteResponse, type Routes } from '@funcgraph/api';
import { traceparentIn } from '../../../domain/traceparent.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { Publisher, SigningKey, Subscription, Topic } from '../../../services/index.ts';
import { type Handlers, Reply } from '../../http/handler.ts';
import type { NamedRequest } from '../named-access.ts';
import { TopicAccess, type TopicAccessDeps } from './topic-access.ts';

type Ids =
  | 'createTopic'
  | 'listTopics'
  | 'listTopicDetails'
  | 'updateTopic'
  | 'deleteTopic'
  | 'publishMessage'
  | 'addSubscription'
  | 'listSubscriptionsByTopic'
  | 'listSubscriptions'
  | 'updateSubscription'
  | 'cancelSubscription'
  | 'batchCreateSubscriptionsFilterPolices'
  | 'batchUpdateSubscriptionsFilterPolices'
  | 'batchDeleteSubscriptionsFilterPolices'
  | 'subscribeTopic'
  | 'unsubscribeTopic'
  | 'showSigningCertificate';

type ListedTopic = RouteResponse<Routes['listTopics']>['topics'][number];
type ListedSubscription = RouteResponse<Routes['listSubscriptions']>['subscriptions'][number];
type FilterAnswer = RouteResponse<Routes['batchCreateSubscriptionsFilterPolices']>;

export interface TopicDeps extends TopicAccessDeps {
  readonly publisher: Publisher;
  readonly signingKey: SigningKey;
}

const MAX_PAGE = 100;
const MAX_BATCH = 100;

interface PageQuery {
  readonly offset?: string | undefined;
  readonly limit?: string | undefined;
}

/** Topics, subscriptions and messages, in the form of the SMN API. */
export function topicHandlers(deps: TopicDeps): Handlers<Ids> {
  const { topics, subscriptions, publisher, signingKey, region } = deps;
  const access = new TopicAccess(deps);
  const topicUrn = (topic: Pick<Topic, 'projectId' | 'name'>): string => formatTopicUrn({ region, ...topic });
  const subscriptionUrn = ({ projectId, topicName, id }: Subscription): string =>
    formatSubscriptionUrn({ region, projectId, name: topicName, subscriptionId: id });
  const listedTopic = (topic: Topic): ListedTopic => ({
    topic_urn: topicUrn(topic),
    topic_id: topic.id,
    name: topic.name,
    display_name: topic.displayName,
    push_policy: 0,
    enterprise_project_id: topic.enterpriseProjectId,
  });
  const listed = (subscription: Subscription): ListedSubscription => ({
    topic_urn: topicUrn({ projectId: subscription.projectId, name: subscription.topicName }),
    protocol: subscription.protocol,
    subscription_urn: subscriptionUrn(subscription),
    owner: subscription.projectId,
    endpoint: subscription.endpoint,
    remark: subscription.remark,
    status: subscription.confirmed ? 1 : 0,
    filter_polices: subscription.filter.map(({ name, values }) => ({ name, string_equals: [...values] })),
  });
  type Polices = readonly { subscription_urn: string; filter_polices: { name: string; string_equals: string[] }[] }[];
  /** Finds and authorizes all before the first changes. */
  async function setFilters(request: NamedRequest & { readonly id: string }, polices: Polices): Promise<FilterAnswer> {
    if (polices.length > MAX_BATCH) throw new PlatformError('invalid_request', `at most ${MAX_BATCH} in one request`);
    const found = [];
    for (const one of polices) {
      found.push(await access.subscription(request, one.subscription_urn, 'updateSubscription'));
    }
    const batch_result = [];
    for (const [at, one] of polices.entries()) {
      const filter = one.filter_polices.map(({ name, string_equals }) => ({ name, values: string_equals }));
      await subscriptions.setFilter(found[at] as Subscription, filter);
      batch_result.push({ subscription_urn: one.subscription_urn, code: 'OK', message: '' });
    }
    return { request_id: request.id, batch_result };
  }
  return {
    async createTopic(request) {
      const { name, display_name: displayName = '', enterprise_project_id: enterprise } = request.body;
      access.authorize(request, 'create', name);
      const added = { name, displayName, enterpriseProjectId: enterprise || '0' };
      const { topic, isNew } = await topics.create(request.params.project_id, added);
      return new Reply({ request_id: request.id, topic_urn: topicUrn(topic) }, { status: isNew ? 201 : 200 });
    },

    async listTopics(request) {
      const { name, fuzzy_name: prefix } = request.query;
      const filter = { name: name || undefined, prefix: prefix || undefined };
      const all = await topics.list(request.params.project_id, filter);
      const seen = all.filter((topic) => access.allows(request, 'list', topic.name));
      const { offset, limit } = pageOf(request.query);
      const page = seen.slice(offset, offset + limit).map(listedTopic);
      return { request_id: request.id, topic_count: seen.length, topics: page };
    },

    async listTopicDetails(request) {
      const topic = await access.topic(request, request.params.topic_urn, 'get');
      return {
        request_id: request.id,
        ...listedTopic(topic),
        create_time: new Date(topic.createdAt).toISOString(),
        update_time: new Date(topic.modifiedAt).toISOString(),
      };
    },

    async updateTopic(request) {
      const topic = await access.topic(request, request.params.topic_urn, 'update');
      await topics.rename(topic, request.body.display_name ?? '');
      return { request_id: request.id };
    },

    async deleteTopic(request) {
      await topics.delete(await access.topic(request, request.params.topic_urn, 'delete'));
      return { request_id: request.id };
    },

    async publishMessage(request) {
      const topic = await access.topic(request, request.params.topic_urn, 'publish');
      const { body } = request;
      const sent = {
        subject: body.subject,
        message: body.message,
        structure: body.message_structure,
        templateName: body.message_template_name,
        hasTags: Object.keys(body.tags ?? {}).length > 0,
        timeToLive: body.time_to_live,
        attributes: body.message_attributes ?? [],
        traceparent: traceparentIn(request.headers),
      };
      return { request_id: request.id, message_id: await publisher.publish(topic, sent, request.caller.depth ?? 0) };
    },

    async addSubscription(request) {
      const topic = await access.topic(request, request.params.topic_urn, 'subscribe');
      const { protocol, endpoint, remark = '' } = request.body;
      const added = { protocol, endpoint, remark };
      await access.checkTarget(request, subscriptions.read(added));
      const { subscription, isNew } = await subscriptions.add(topic, added);
      const answer = { request_id: request.id, subscription_urn: subscriptionUrn(subscription) };
      return new Reply(answer, { status: isNew ? 201 : 200 });
    },

    async listSubscriptionsByTopic(request) {
      const topic = await access.topic(request, request.params.topic_urn, 'listSubscriptionsByTopic');
      const { items, count } = await subscriptions.list({ topicId: topic.id }, pageOf(request.query));
      return { request_id: request.id, subscription_count: count, subscriptions: items.map(listed) };
    },

    async listSubscriptions(request) {
      const projectId = request.params.project_id;
      const { items, count } = await subscriptions.list({ projectId }, pageOf(request.query));
      const seen = items.filter(({ topicName }) => access.allows(request, 'listSubscriptions', topicName));
      return { request_id: request.id, subscription_count: count, subscriptions: seen.map(listed) };
    },

    async updateSubscription(request) {
      const { topic_urn, subscription_urn } = request.params;
      const topic = await access.topic(request, topic_urn, 'updateSubscription');
      const subscription = await access.subscription(request, subscription_urn, 'updateSubscription');
      if (subscription.topicId !== topic.id) {
        throw new PlatformError('subscription_not_found', `topic ${topic.name} has no such subscription`);
      }
      await subscriptions.setRemark(subscription, request.body.remark ?? '');
      return { request_id: request.id };
    },

    async cancelSubscription(request) {
      const { subscription_urn } = request.params;
      await subscriptions.remove(await access.subscription(request, subscription_urn, 'deleteSubscription'));
      return { request_id: request.id };
    },

    batchCreateSubscriptionsFilterPolices: (request) => setFilters(request, request.body.polices),
    batchUpdateSubscriptionsFilterPolices: (request) => setFilters(request, request.body.polices),

    batchDeleteSubscriptionsFilterPolices: (request) =>
      setFilters(
        request,
        request.body.subscription_urns.map((subscription_urn) => ({ subscription_urn, filter_polices: [] })),
      ),

    async subscribeTopic({ id, query, peer }) {
      const { token, topic_urn: topicUrn, endpoint } = query;
      const names = { topicUrn: topicUrn || undefined, endpoint: endpoint || undefined, client: peer.remoteAddress };
      return { request_id: id, subscription_urn: subscriptionUrn(await subscriptions.confirm(token, names)) };
    },

    async unsubscribeTopic({ id, query, peer }) {
      const removed = await subscriptions.unsubscribe(query.token, peer.remoteAddress);
      return { request_id: id, subscription_urn: subscriptionUrn(removed) };
    },

    async showSigningCertificate() {
      const headers = { 'Content-Type': 'application/x-pem-file' };
      return new Reply(Buffer.from(await signingKey.certificate()), { headers });
    },
  };
}

/** Throws `invalid_request`. */
function pageOf({ offset = '0', limit = '' }: PageQuery): { readonly offset: number; readonly limit: number } {
  const page = { offset: Number(offset), limit: limit === '' ? MAX_PAGE : Number(limit) };
  if (page.limit >= 1 && page.limit <= MAX_PAGE && Number.isSafeInteger(page.offset)) return page;
  throw new PlatformError('invalid_request', `offset must be 0 or more, and limit 1 to ${MAX_PAGE}`);
}
