import { formatTopicUrn } from '@funcgraph/api';
import { textFor } from '../rules/message.ts';
import type { Protocol, PublishedMessage } from '../types.ts';
import { secondsTime } from './http-message.ts';

/** What the event of a function or flow names besides the message. */
export interface EventNames {
  readonly region: string;
  readonly topicName: string;
  readonly protocol: Protocol;
  /** URN of the function or flow. */
  readonly target: string;
  readonly functionName: string;
  readonly requestId: string;
  /** Ms since the epoch. */
  readonly now: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The event of SMN; the list is called `record`, and the name of the function has no underscore. */
export function functionEvent(message: PublishedMessage, names: EventNames): Readonly<Record<string, unknown>> {
  const { subject, attributes } = message.content;
  const topic = { region: names.region, projectId: message.projectId, name: names.topicName };
  return {
    record: [
      {
        event_version: '1.0',
        smn: {
          topic_urn: formatTopicUrn(topic),
          timestamp: secondsTime(message.publishedAt),
          message_attributes: attributes.length === 0 ? null : attributes,
          message: textFor(message.content, names.protocol),
          type: 'notification',
          message_id: message.id,
          subject,
        },
        event_subscription_urn: names.target,
        event_source: 'smn',
      },
    ],
    functionname: names.functionName,
    requestId: names.requestId,
    timestamp: zonedTime(names.now),
  };
}

/** `Tue Jan 09 2018 07:11:40 GMT+0000 (UTC)` */
function zonedTime(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getUTCDate()}`.padStart(2, '0');
  const clock = at.toISOString().slice(11, 19);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${day} ${at.getUTCFullYear()} ${clock} GMT+0000 (UTC)`;
}
