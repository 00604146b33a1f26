/** `urn:smn:<region>:<project>:<topic>`, and of its subscriptions with `:<id>`. The only place that reads or writes one. */

export interface TopicUrn {
  readonly region: string;
  readonly projectId: string;
  readonly name: string;
}

export interface SubscriptionUrn extends TopicUrn {
  readonly subscriptionId: string;
}

const PART = /^[A-Za-z0-9_.-]{1,128}$/;
const TOPIC_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/;
const SUBSCRIPTION_ID = /^[0-9a-f]{32}$/;

/** 1 to 255 letters, digits, `_` and `-`; starts with a letter or digit. */
export function isTopicName(name: string): boolean {
  return TOPIC_NAME.test(name);
}

/** Returns undefined for anything that is not the URN of a topic. */
export function parseTopicUrn(text: string): TopicUrn | undefined {
  const [urn, smn, region = '', projectId = '', name = '', ...more] = text.split(':');
  if (urn !== 'urn' || smn !== 'smn' || more.length > 0) return undefined;
  return PART.test(region) && PART.test(projectId) && TOPIC_NAME.test(name) ? { region, projectId, name } : undefined;
}

export function formatTopicUrn({ region, projectId, name }: TopicUrn): string {
  return `urn:smn:${region}:${projectId}:${name}`;
}

/** Returns undefined for anything that is not the URN of a subscription. */
export function parseSubscriptionUrn(text: string): SubscriptionUrn | undefined {
  const end = text.lastIndexOf(':');
  const topic = parseTopicUrn(text.slice(0, Math.max(0, end)));
  const subscriptionId = text.slice(end + 1);
  return topic !== undefined && SUBSCRIPTION_ID.test(subscriptionId) ? { ...topic, subscriptionId } : undefined;
}

export function formatSubscriptionUrn({ subscriptionId, ...topic }: SubscriptionUrn): string {
  return `${formatTopicUrn(topic)}:${subscriptionId}`;
}
