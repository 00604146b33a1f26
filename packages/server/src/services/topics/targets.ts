import { formatFlowUrn, formatUrn, parseQualifier } from '@funcgraph/api';
import type { SubscriptionStore } from './subscription-store.ts';
import type { TriggerTarget, TriggerTargetStore } from './trigger-target-store.ts';
import type { FilterPolicy, Protocol, Subscription } from './types.ts';

/** What gets the messages of a topic: a subscription, or a trigger, which is one without filters. */
export interface Target {
  readonly id: string;
  readonly projectId: string;
  readonly topicName: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly filter: readonly FilterPolicy[];
  readonly isTrigger: boolean;
}

type TargetName = Pick<Target, 'id' | 'projectId' | 'topicName' | 'isTrigger'>;

export interface TopicName {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
}

/** A part of the targets, and the position after it. */
export interface TargetPage {
  readonly targets: readonly Target[];
  readonly to: string;
  readonly isLast: boolean;
}

/** The parts of a position follow each other in this order; ids of subscriptions are hexadecimal. */
const STAGES = ['', 'function ', 'flow '] as const;

/** What triggers of a topic listen to. */
export function topicSource(projectId: string, name: string): string {
  return `topic ${projectId} ${name}`;
}

/** Subscriptions and triggers of topics, in an order that stays the same while some come and go. */
export class Targets {
  readonly #subscriptions: Pick<SubscriptionStore, 'find' | 'nextOf'>;
  readonly #triggers: TriggerTargetStore;
  readonly #region: string;

  constructor(subscriptions: Pick<SubscriptionStore, 'find' | 'nextOf'>, triggers: TriggerTargetStore, region: string) {
    this.#subscriptions = subscriptions;
    this.#triggers = triggers;
    this.#region = region;
  }

  /** At most `limit` after a position, which is empty at first. */
  async next(topic: TopicName, after: string, limit: number): Promise<TargetPage> {
    const stage = after.startsWith('flow ') ? 2 : after.startsWith('function ') ? 1 : 0;
    const prefix = STAGES[stage] ?? '';
    const targets = await this.#part(stage, topic, after.slice(prefix.length), limit);
    const last = targets.at(-1)?.id;
    if (targets.length === limit && last !== undefined) return { targets, to: prefix + last, isLast: false };
    const nextStage = STAGES[stage + 1];
    return nextStage === undefined
      ? { targets, to: last === undefined ? after : prefix + last, isLast: true }
      : { targets, to: nextStage, isLast: false };
  }

  /** Undefined when it does not exist any more. */
  async find({ id, projectId, topicName, isTrigger }: TargetName): Promise<Target | undefined> {
    if (!isTrigger) {
      const found = await this.#subscriptions.find(id);
      return found === undefined ? undefined : ofSubscription(found);
    }
    const found = await this.#triggers.find(topicSource(projectId, topicName), id);
    return found === undefined ? undefined : this.#ofTrigger(found, topicName);
  }

  async #part(stage: number, { id, projectId, name }: TopicName, after: string, limit: number): Promise<Target[]> {
    if (stage === 0) return (await this.#subscriptions.nextOf(id, after, limit)).map(ofSubscription);
    const source = topicSource(projectId, name);
    const found = await (stage === 1
      ? this.#triggers.functionsAfter(source, after, limit)
      : this.#triggers.flowsAfter(source, after, limit));
    return found.map((target) => this.#ofTrigger(target, name));
  }

  #ofTrigger(target: TriggerTarget, topicName: string): Target {
    const region = this.#region;
    const { id, projectId } = target;
    const shared = { id, projectId, topicName, filter: [], isTrigger: true };
    return target.kind === 'flow'
      ? { ...shared, protocol: 'flow', endpoint: formatFlowUrn({ region, projectId, name: target.name }) }
      : {
          ...shared,
          protocol: 'functiongraph',
          endpoint: formatUrn({
            region,
            projectId,
            package: target.package,
            name: target.name,
            qualifier: parseQualifier(target.qualifier),
          }),
        };
  }
}

function ofSubscription({ id, projectId, topicName, protocol, endpoint, filter }: Subscription): Target {
  return { id, projectId, topicName, protocol, endpoint, filter, isTrigger: false };
}
