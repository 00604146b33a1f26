import { formatTopicUrn, isTopicName, parseTopicUrn } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';
import type { Argument } from '../../operations/index.ts';

export interface NamedTopic {
  /** As on the command line. */
  readonly name: string;
  readonly urn: string;
}

/** A topic by its name, or by its URN. */
export const TOPIC: Argument<'topic', NamedTopic> = {
  name: 'topic',
  summary: 'name or URN of the topic',
  find(name, { connection: { credentials } }) {
    if (parseTopicUrn(name) !== undefined) return { name, urn: name };
    if (!isTopicName(name)) throw usageError(`${JSON.stringify(name)} is neither the name nor the URN of a topic`);
    const { region, projectId } = credentials;
    return { name, urn: formatTopicUrn({ region, projectId, name }) };
  },
  fields: ({ urn }) => ({ topic_urn: urn }),
};
