import type { JsonObject } from '@funcgraph/flow';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Catalog } from '../control/index.ts';
import type { Flows, RunService } from '../flows/index.ts';
import { LoginThrottle } from '../iam/index.ts';
import { postWebhook, queueRefusal } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Sealer } from '../lib/sealer.ts';
import type { DeadLetterBox, Queue, SteadyTime } from '../queue/index.ts';
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
import type { Membership, Storage } from '../storage/index.ts';

export interface PublishingDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly refuseWhenFull: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

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
    quota: { messages: config.quotas.asyncEvents, bytes: config.quotas.asyncBytes },
    clock,
    refuseWhenFull,
    wake: () => published(),
    onError: (error) => log.error({ err: error }, 'messages of topics could not be counted'),
  });
  const onPublished = (listener: () => void): void => {
    published = listener;
  };
  return { store, topics, publisher, onPublished };
}

export interface TopicDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly publishing: ReturnType<typeof topicPublishing>;
  readonly queue: Queue;
  readonly membership: Membership;
  readonly deadLetters: DeadLetterBox;
  readonly catalog: Catalog;
  readonly sealer: Sealer;
  readonly startFlow: StartFlow;
  /** Address of the API. */
  readonly endpoint: () => string;
  readonly clock: Clock;
  /** For due times. */
  readonly steady: SteadyTime;
  readonly log: Logger;
}

/** Topics, their subscriptions, and the delivery of messages. */
export function topicParts(deps: TopicDeps) {
  const { config, storage, queue, membership, catalog, sealer, clock, steady } = deps;
  const { region } = config;
  const log = deps.log.child({ module: 'topics' });
  const subscriptionStore = new SubscriptionStore(storage.db);
  const { store: messages, topics, publisher } = deps.publishing;
  const tokens = new SubscriptionTokens(sealer);
  const signingKey = new SigningKey({ store: new SigningKeyStore(storage.db), sealer, clock, region });
  const publicUrl = (): string => config.publicUrl ?? deps.endpoint();
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
  const toFlows = flowSender({ startFlow: deps.startFlow, region });
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
    deadLetters: deps.deadLetters,
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
  return {
    fanOut,
    notifier,
    closeMail: () => mail?.close(),
    handlers: { topics, subscriptions, publisher, signingKey },
  };
}

/** A subscription by e-mail from a time when the server had a mail server. */
const NO_MAIL: Sender = {
  send: async () => ({ kind: 'failed', message: 'this server has no mail server (smtp_url)' }),
  confirm: async () => ({ kind: 'failed', message: 'this server has no mail server (smtp_url)' }),
};

/** Runs of flows that messages start. */
export function startFlow(flows: Pick<Flows, 'flowByUrn'>, runs: Pick<RunService, 'start'>): StartFlow {
  return async ({ projectId, urn, input, runId, startedBy, depth }) => {
    const flow = await flows.flowByUrn(projectId, urn);
    if (flow === undefined) throw new PlatformError('flow_not_found', `${urn} does not exist any more`);
    await runs.start({ flow, input: input as JsonObject, headers: {}, runId, startedBy, chainDepth: depth });
  };
}
