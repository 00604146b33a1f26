import { parseTopicUrn, type TopicUrn, type TriggerFields } from '@funcgraph/api';
import type { TriggerSources } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

export interface SmnSettings {
  readonly kind: 'SMN';
  readonly name: string;
  /** As written; checked. */
  readonly topicUrn: string;
}

/** Of the topic in the name of a trigger. */
const MAX_TOPIC_CHARS = 60;

/** Reads them from decoded `event_data`. */
export function readSmn({ name, topic_urn: topicUrn = '' }: TriggerFields<'SMN'>): SmnSettings {
  return {
    kind: 'SMN',
    name: name || `smn-${parseTopicUrn(topicUrn)?.name.slice(0, MAX_TOPIC_CHARS) ?? ''}`,
    topicUrn,
  };
}

/** Throws `invalid_smn_trigger`. */
export function topicOf({ topicUrn }: Pick<SmnSettings, 'topicUrn'>): TopicUrn {
  const urn = parseTopicUrn(topicUrn);
  if (urn !== undefined) return urn;
  const what = topicUrn === '' ? 'is missing' : `${JSON.stringify(topicUrn.slice(0, 200))} is not the URN of a topic`;
  throw new PlatformError('invalid_smn_trigger', `topic_urn ${what}`, {
    hint: 'Form: urn:smn:<region>:<project>:<name>',
  });
}

/** Throws `trigger_topic_not_found`. */
export async function checkTopic(settings: SmnSettings, projectId: string, sources: TriggerSources): Promise<void> {
  const urn = topicOf(settings);
  if (urn.projectId === projectId && (await sources.topic(urn))) return;
  throw new PlatformError('trigger_topic_not_found', `topic_urn: the project has no topic ${settings.topicUrn}`, {
    hint: 'Create it first; triggers listen to topics of their own project.',
  });
}
