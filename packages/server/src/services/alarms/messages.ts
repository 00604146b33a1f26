import type { TopicUrn } from '@funcgraph/api';
import { parseTopicUrn } from '@funcgraph/api';
import type { TopicText, UnstoredMessage } from '../../invocation/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { changeId, noticeSubject, noticeText } from './notice.ts';
import type { AlarmChange, AlarmNotice, AlarmRule, AlarmSetter } from './types.ts';

export interface AlarmMessagesOptions {
  readonly topicMessage: (message: TopicText & { readonly subject: string }) => Promise<UnstoredMessage>;
  /** Why messages may not be published for a user or agency now; undefined when they may. */
  readonly refusalOf: (setter: AlarmSetter, topic: TopicUrn) => string | undefined;
  readonly region: string;
}

export interface ChangeMessages {
  readonly notices: readonly AlarmNotice[];
  readonly statements: UnstoredMessage['statements'];
  /** Call when the statements are committed. */
  readonly stored: () => void;
}

/** Messages to topics about changes of the state of rules, to be stored together with the change. */
export class AlarmMessages {
  readonly #options: AlarmMessagesOptions;

  constructor(options: AlarmMessagesOptions) {
    this.#options = options;
  }

  /** What cannot be published is noted: it does not prevent the change. */
  async of(rule: AlarmRule, change: Omit<AlarmChange, 'notices'>): Promise<ChangeMessages> {
    const notices: AlarmNotice[] = [];
    const messages: UnstoredMessage[] = [];
    for (const topic of rule.topics) {
      const message = await this.#message(rule, change, topic);
      if (typeof message === 'string') notices.push({ topic, error: message });
      else {
        messages.push(message);
        notices.push({ topic, messageId: message.id });
      }
    }
    return {
      notices,
      statements: messages.flatMap(({ statements }) => statements),
      stored: () => {
        for (const { stored } of messages) stored();
      },
    };
  }

  /** The reason when it cannot be published. */
  async #message(
    rule: AlarmRule,
    change: Omit<AlarmChange, 'notices'>,
    urn: string,
  ): Promise<UnstoredMessage | string> {
    const { topicMessage, refusalOf, region } = this.#options;
    const topic = parseTopicUrn(urn);
    if (topic === undefined) throw new Error(`${urn} is stored as a topic`);
    if (rule.setBy === undefined) return 'it is not known who set this topic; set it again';
    const refusal = refusalOf(rule.setBy, topic);
    if (refusal !== undefined) return refusal;
    try {
      return await topicMessage({
        topic,
        text: noticeText(rule, change, region),
        subject: noticeSubject(rule, change),
        deliveryId: `alarm ${changeId(rule, change)} ${urn}`,
        depth: 0,
      });
    } catch (error) {
      if (error instanceof PlatformError) return error.message;
      throw error;
    }
  }
}
