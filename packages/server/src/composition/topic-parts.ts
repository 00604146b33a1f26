import type { JsonObject } from '@funcgraph/flow';
import type { Flows, RunService } from '../flows/index.ts';
import { LoginThrottle } from '../iam/index.ts';
import { postWebhook, queueRefusal } from '../invocation/index.ts';
import { PlatformError } from '../lib/platform-error.ts';
import {
  flowSender,
  functionSender,
  httpSender,
  Links,
  MailSender,
  MessageStore,
  Notifier,
  type Protocol,
  Publisher,
  type Sender,
  SigningKey,
  SigningKeyStore,
  type StartFlow,
  SubscriptionStore,
  Subscriptions,
  SubscriptionTokens,
  Targets,
  TopicFanOut,
  TopicStore,
  Topics,
  TriggerTargetStore,
} from '../services/index.ts';
import type { AsyncParts } from './async-parts.ts';
import type { ControlParts } from './control-parts.ts';
import type { FlowParts } from './flow-parts.ts';
import type { HostParts } from './host-parts.ts';
import type { Root } from './root.ts';
import type { StateParts } from './state-parts.ts';

type PublishingDeps = Root & Pick<HostParts, 'refuseWhenFull'> & Pick<StateParts, 'storage'>;

/** What publishes to topics; `onPublished` is called for each message that is stored. */
export function topicPublishing({ config, storage, refuseWhenFull, clock, log }: PublishingDeps) {
  const store = new MessageStore(storage.db);
  const topics = new Topics(new TopicStore(storage.db), clock);
  let published = (): void => {};
  const publisher = new Publisher({
    storage,
    store,
    topics,
    region: config.region,
    quota: { entries: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
    clock,
    refuseWhenFull,
    wake: () => published(),
    onError: (error) => log.error({ err: error }, 'messages of topics could not be counted'),
  });
  const onPublished = (listener: () => void): void => {
    published = listener;
  };
  return { publishing: { store, topics, publisher, onPublished } };
}

export type TopicPublishing = ReturnType<typeof topicPublishing>;

export type TopicDeps = Root &
  Pick<StateParts, 'storage' | 'queue' | 'membership' | 'catalog' | 'sealer' | 'steady' | 'addresses'> &
  Pick<ControlParts, 'flows'> &
  Pick<AsyncParts, 'deadLetterBox'> &
  Pick<FlowParts, 'runs'> &
  TopicPublishing;

/** Topics, their subscriptions, and the delivery of messages. */
export async function topicParts(deps: TopicDeps) {
  const { config, region, storage, queue, membership, catalog, sealer, clock, steady, addresses, life } = deps;
  const log = deps.log.child({ module: 'topics' });
  const subscriptionStore = new SubscriptionStore(storage.db);
  const { store: messages, topics, publisher } = deps.publishing;
  const tokens = new SubscriptionTokens(sealer);
  const signingKey = new SigningKey({ store: new SigningKeyStore(storage.db), sealer, clock, region });
  const publicUrl = (): string => config.publicUrl ?? addresses.endpoint;
  const links = new Links(tokens, publicUrl);
  const now = (): number => clock.now();
  const toFunctions = functionSender({
    accepting: { catalog, clock: steady, random: Math.random },
    queue,
    region,
    now,
  });
  const toAddresses = httpSender({
    key: signingKey,
    region,
    publicUrl,
    links,
    post: (post) => postWebhook(post, config.webhookHosts),
  });
  const mail =
    config.smtpUrl === undefined
      ? undefined
      : new MailSender({
          url: config.smtpUrl,
          from: config.smtpFrom,
          links,
          region,
          displayNameOf: async ({ projectId, topicName }) => (await topics.find(projectId, topicName)).displayName,
        });
  const toFlows = flowSender({ startFlow: startFlow(deps.flows, deps.runs), region });
  const senderOf = (protocol: Protocol): Sender => {
    switch (protocol) {
      case 'functiongraph':
      case 'functionstage':
        return toFunctions;
      case 'flow':
        return toFlows;
      case 'http':
      case 'https':
        return toAddresses;
      case 'email':
        return mail ?? NO_MAIL;
    }
  };
  const targets = new Targets(subscriptionStore, new TriggerTargetStore(storage.db), region);
  const fanOut = new TopicFanOut({
    store: messages,
    targets,
    queue,
    peers: membership,
    clock,
    log,
  });
  const notifier = new Notifier({
    queue,
    deadLetters: deps.deadLetterBox,
    store: messages,
    targets,
    subscriptions: subscriptionStore,
    senderOf,
    peers: membership,
    steady,
    now,
    log,
  });
  const subscriptions = new Subscriptions({
    store: subscriptionStore,
    tokens,
    queue,
    throttle: new LoginThrottle(clock),
    clock,
    region,
    allowedHosts: config.webhookHosts,
    sendsMail: mail !== undefined,
    refusal: queueRefusal,
  });
  deps.publishing.onPublished(() => fanOut.wake());
  await notifier.start();
  life.onStop(() => mail?.close());
  life.onStop(() => notifier.stop(life.drain.cut));
  fanOut.start();
  life.onStop(() => fanOut.stop());
  return { topics, subscriptions, publisher, signingKey };
}

/** A subscription by e-mail from a time when the server had a mail server. */
const NO_MAIL: Sender = {
  send: async () => ({ kind: 'failed', message: 'this server has no mail server (smtp_url)' }),
  confirm: async () => ({ kind: 'failed', message: 'this server has no mail server (smtp_url)' }),
};

/** Runs of flows that messages start. */
function startFlow(flows: Pick<Flows, 'flowByUrn'>, runs: Pick<RunService, 'start'>): StartFlow {
  return async ({ projectId, urn, input, runId, startedBy, depth, traceparent }) => {
    const flow = await flows.flowByUrn(projectId, urn);
    if (flow === undefined) throw new PlatformError('flow_not_found', `${urn} does not exist any more`);
    const started = { runId, startedBy, chainDepth: depth, traceparent };
    await runs.start({ flow, input: input as JsonObject, headers: {}, ...started });
  };
}
