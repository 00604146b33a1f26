import { LIMITS } from '@funcgraph/api';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type MessageAttribute, type MessageContent, PROTOCOLS, type Protocol } from '../types.ts';
import { isAttributeName, isAttributeValue } from './filter.ts';
import { isOneLine } from './one-line.ts';

/** A message as it was sent; undefined for what was left out. */
export interface SentMessage {
  readonly subject: string | undefined;
  readonly message: string | undefined;
  readonly structure: string | undefined;
  readonly templateName: string | undefined;
  readonly hasTags: boolean;
  readonly timeToLive: string | undefined;
  readonly traceparent?: string | undefined;
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly value: string | string[] }[];
}

const TTL_SECONDS = { usual: 3600, most: 7 * 24 * 3600 };
const MAX_ARRAY_VALUES = 10;
const PROTOCOL_ATTRIBUTE = 'smn_protocol';
/** Other protocols of the service, whose texts are accepted and go to no subscription. */
const ELSEWHERE = ['sms', 'application', 'callnotify', 'wechat', 'dingding', 'feishu', 'welink'];

/** Throws `invalid_message` naming the invalid part. */
export function readMessage(sent: SentMessage): { readonly content: MessageContent; readonly ttlMs: number } {
  if (sent.templateName || sent.hasTags) {
    throw fault('there are no message templates here', 'Send the text itself as message or message_structure.');
  }
  const subject = sent.subject ?? '';
  const bytes = Buffer.byteLength(subject);
  if (bytes > LIMITS.messageSubjectBytes) {
    throw fault(`subject has ${bytes} bytes, ${LIMITS.messageSubjectBytes} at most`);
  }
  if (!isOneLine(subject)) throw fault('subject must be one line without control characters');
  const structure = sent.structure ? readStructure(sent.structure) : undefined;
  const message = structure?.default ?? sent.message ?? '';
  if (message === '') throw fault('message is missing');
  checkSize(message, 'message');
  const content = { subject, message, structure: structure?.texts ?? {}, attributes: readAttributes(sent.attributes) };
  const { traceparent } = sent;
  return {
    content: traceparent === undefined ? content : { ...content, traceparent },
    ttlMs: ttlSeconds(sent.timeToLive) * 1000,
  };
}

/** The text for a protocol; both names of functions mean the same. */
export function textFor({ message, structure }: MessageContent, protocol: Protocol): string {
  const own = structure[protocol];
  if (own !== undefined) return own;
  if (protocol === 'functiongraph') return structure.functionstage ?? message;
  return protocol === 'functionstage' ? (structure.functiongraph ?? message) : message;
}

function readStructure(text: string): { readonly default: string; readonly texts: Readonly<Record<string, string>> } {
  checkSize(text, 'message_structure');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault('message_structure is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw fault('message_structure is not a JSON object');
  }
  const known: readonly string[] = ['default', ...PROTOCOLS, ...ELSEWHERE];
  const texts: Record<string, string> = {};
  for (const [protocol, value] of Object.entries(parsed)) {
    // platforms of mobile applications, such as APNS, are in capitals
    if (!known.includes(protocol) && !/^[A-Z_]{1,32}$/.test(protocol)) {
      throw fault(`message_structure: ${JSON.stringify(protocol.slice(0, 40))} is not a protocol`);
    }
    if (typeof value !== 'string' || value === '') throw fault(`message_structure: ${protocol} must be a text`);
    if (known.includes(protocol)) texts[protocol] = value;
  }
  const { default: usual, ...others } = texts;
  if (usual === undefined) throw fault('message_structure has no text for default');
  return { default: usual, texts: others };
}

function checkSize(text: string, field: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.messageBytes) throw fault(`${field} has ${bytes} bytes, ${LIMITS.messageBytes} at most`);
}

function ttlSeconds(text: string | undefined): number {
  if (text === undefined || text === '') return TTL_SECONDS.usual;
  const seconds = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= TTL_SECONDS.most) return seconds;
  throw fault(`time_to_live must be 1 to ${TTL_SECONDS.most} seconds`);
}

function readAttributes(sent: SentMessage['attributes']): MessageAttribute[] {
  if (sent.length > LIMITS.messageAttributes)
    throw fault(`a message has at most ${LIMITS.messageAttributes} attributes`);
  if (new Set(sent.map(({ name }) => name)).size < sent.length) throw fault('two message_attributes have one name');
  return sent.map(({ name, type, value }) => {
    const at = `message_attributes ${JSON.stringify(name.slice(0, 40))}`;
    if (!isAttributeName(name)) throw fault(`${at}: the name is not usable`);
    switch (type) {
      case 'STRING':
        if (typeof value !== 'string' || !isAttributeValue(value)) throw fault(`${at}: the value is not usable`);
        return { name, type, value };
      case 'STRING_ARRAY':
        return { name, type, value: listOf(value, at, isAttributeValue) };
      case 'PROTOCOL':
        if (name !== PROTOCOL_ATTRIBUTE) throw fault(`${at}: PROTOCOL belongs to the name ${PROTOCOL_ATTRIBUTE}`);
        return { name, type, value: listOf(value, at, (one) => [...PROTOCOLS, ...ELSEWHERE].includes(one)) };
      default:
        throw fault(`${at}: the type must be STRING, STRING_ARRAY or PROTOCOL`);
    }
  });
}

function listOf(value: string | string[], at: string, isUsable: (one: string) => boolean): readonly string[] {
  if (typeof value === 'string' || value.length === 0 || value.length > MAX_ARRAY_VALUES || !value.every(isUsable)) {
    throw fault(`${at}: the value must be a list of 1 to ${MAX_ARRAY_VALUES} usable values`);
  }
  if (new Set(value).size < value.length) throw fault(`${at}: a value is twice in the list`);
  return value;
}

function fault(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid_message', message, { hint });
}
