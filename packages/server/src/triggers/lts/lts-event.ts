import type { StoredLine } from './log-reader.ts';
import type { LtsSettings } from './lts-settings.ts';

/** Of the text in Base64: the event stays below 256 KB. */
const MAX_TEXT_BYTES = 180 * 1024;
const CUT = '… (cut)';

export interface LtsBatch {
  readonly event: Buffer;
  /** Lines that are in the event; the others have no space in it. */
  readonly count: number;
}

/** The event of as many lines as fit, at least one: a line that is too long for an event is cut. */
export function ltsEvent(lines: readonly StoredLine[], of: Pick<LtsSettings, 'groupId' | 'streamId'>): LtsBatch {
  const logs: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    let text = textOf(line);
    if (logs.length === 0) {
      for (let { message } = line; sizeOf(text) > MAX_TEXT_BYTES; text = textOf({ ...line, message: message + CUT })) {
        message = message.slice(0, Math.floor(message.length / 2));
      }
    }
    bytes += sizeOf(text);
    if (bytes > MAX_TEXT_BYTES) break;
    logs.push(text);
  }
  const data = {
    logs: `[${logs.join(',')}]`,
    owner: of.groupId,
    log_group_id: of.groupId,
    log_topic_id: of.streamId,
  };
  const lts = { data: Buffer.from(JSON.stringify(data)).toString('base64') };
  return { event: Buffer.from(JSON.stringify({ lts })), count: logs.length };
}

function textOf({ uid, seq, time, message, instanceId, version, level, requestId }: StoredLine): string {
  return JSON.stringify({
    message,
    time,
    host_name: instanceId,
    ip: '',
    path: version,
    log_uid: uid,
    line_no: seq,
    level,
    request_id: requestId,
  });
}

/** `logs` is JSON text inside JSON. */
function sizeOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + 1;
}
