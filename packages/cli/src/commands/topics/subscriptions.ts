import type { CallOutput } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';
import { type Argument, operation, word } from '../../operations/index.ts';
import { type NamedTopic, TOPIC } from './topic.ts';

type Subscription = CallOutput<'listSubscriptionsByTopic'>['data']['subscriptions'][number];

const PAGE = 100;

const PROTOCOL_OF: readonly (readonly [RegExp, string])[] = [
  [/^urn:fss:[^:]*:[^:]*:function:/, 'functiongraph'],
  [/^urn:fss:[^:]*:[^:]*:workflow:/, 'flow'],
  [/^https:\/\//i, 'https'],
  [/^http:\/\//i, 'http'],
  [/^[^\s@/]+@[^\s@/]+$/, 'email'],
];

const CONFIRMS_ITSELF = /^urn:/;
const UNCONFIRMED = ', and gets messages once it is confirmed by the link that is sent to it';

function protocolOf(endpoint: string): string {
  const known = PROTOCOL_OF.find(([form]) => form.test(endpoint));
  if (known !== undefined) return known[1];
  throw usageError(
    `${JSON.stringify(endpoint)} is no endpoint`,
    'Give the URN of a function or flow, an http or https address, or an e-mail address.',
  );
}

/** A subscription by its URN, or by the endpoint that it has in its topic. */
const SUBSCRIPTION: Argument<'subscription', Pick<Subscription, 'subscription_urn' | 'endpoint'>> = {
  name: 'subscription',
  summary: 'endpoint or URN of the subscription',
  async find(text, { connection: { client, credentials }, named, signal }) {
    if (text.startsWith('urn:smn:')) return { subscription_urn: text, endpoint: text };
    const { urn } = named.topic as NamedTopic;
    const params = { project_id: credentials.projectId, topic_urn: urn };
    for (let offset = 0; ; offset += PAGE) {
      const query = { offset: String(offset), limit: String(PAGE) };
      const { data } = await client.call('listSubscriptionsByTopic', { params, query, signal });
      const found = data.subscriptions.find(({ endpoint }) => endpoint === text);
      if (found !== undefined) return found;
      if (data.subscriptions.length < PAGE) break;
    }
    throw usageError(`the topic has no subscription ${JSON.stringify(text)}`, 'fgs topics subscriptions list TOPIC');
  },
  fields: ({ subscription_urn }) => ({ subscription_urn }),
};

/** The operation names the subscription alone; the topic helps to find it. */
const OF_TOPIC: typeof TOPIC = { ...TOPIC, fields: () => ({}) };

const ENDPOINT: Argument<'endpoint', string> = {
  name: 'endpoint',
  summary: 'URN of a function or flow, an http or https address, or an e-mail address',
  find: (text) => text,
  fields: (endpoint) => ({ endpoint, protocol: protocolOf(endpoint) }),
};

const filterText = ({ filter_polices: polices }: Subscription): string =>
  polices.map(({ name, string_equals: values }) => `${name}=${values.join('|')}`).join(' ');

export const subscriptionCommands = [
  operation('topics subscriptions add', 'addSubscription', {
    summary: 'Subscribe an endpoint; others than functions and flows must confirm within 48 hours',
    args: [TOPIC, ENDPOINT],
    flags: { remark: ['TEXT', 'its purpose'] },
    examples: [
      'fgs topics subscriptions add orders urn:fss:local-1:0a1b2c3d:function:default:hello:latest',
      'fgs topics subscriptions add orders https://shop.example.com/hook --remark shop',
    ],
    text: ({ subscription_urn }, { topic, endpoint }) =>
      `${endpoint} is subscribed to ${topic.name}${CONFIRMS_ITSELF.test(endpoint) ? '' : UNCONFIRMED}\n${subscription_urn}`,
  }),
  operation('topics subscriptions list', 'listSubscriptionsByTopic', {
    summary: 'Subscriptions of a topic, oldest first',
    args: [TOPIC],
    fields: { limit: String(PAGE) },
    next: ({ subscription_count: count }, seen) => (seen > 0 && seen < count ? { offset: String(seen) } : undefined),
    examples: ['fgs topics subscriptions list orders'],
    rows: ({ subscriptions }) =>
      subscriptions.map((one) => ({
        ...one,
        state: one.status === 1 ? 'confirmed' : 'not confirmed',
        filter: filterText(one),
      })),
    columns: { protocol: 'PROTOCOL', endpoint: 'ENDPOINT', state: 'STATE', filter: 'FILTER', remark: 'REMARK' },
    none: 'no subscriptions; add one with: fgs topics subscriptions add TOPIC ENDPOINT',
  }),
  operation('topics subscriptions confirm', 'subscribeTopic', {
    summary: 'Confirm a subscription with the token in the address that its endpoint received',
    args: [word('token', 'from the address')],
    examples: [`fgs topics subscriptions confirm ${'0'.repeat(96)}`],
    text: ({ subscription_urn }) => `confirmed ${subscription_urn}`,
  }),
  operation('topics subscriptions remove', 'cancelSubscription', {
    summary: 'Remove a subscription',
    args: [OF_TOPIC, SUBSCRIPTION],
    examples: ['fgs topics subscriptions remove orders https://shop.example.com/hook --yes'],
    confirm: ({ subscription }) => `subscription ${subscription.endpoint}`,
    text: (_, { topic, subscription }) => `${subscription.endpoint} is not subscribed to ${topic.name} any more`,
    data: (_, { subscription }) => ({ subscription_urn: subscription.subscription_urn, outcome: 'removed' }),
  }),
];
