import { QueueError } from './errors.ts';
import type { NewMessage } from './types.ts';

const maxAttributesBytes = 64 * 1024;
/** An index entry has two of them, and PostgreSQL allows some 2,700 bytes for it. */
const maxKeyBytes = 1024;

/** Refuses a message that the table cannot hold; returns the attributes as text. */
export function checkMessage(message: NewMessage, maxPayloadBytes: number): string {
  for (const [name, value] of Object.entries({ id: message.id, topic: message.topic, group: message.group })) {
    const bytes = Buffer.byteLength(value);
    if (bytes === 0 || bytes > maxKeyBytes) {
      throw new QueueError('queue.invalid', `the ${name} has ${bytes} bytes`, `Use 1 to ${maxKeyBytes}.`);
    }
  }
  for (const [name, time] of Object.entries({ notBefore: message.notBefore, expiresAt: message.expiresAt })) {
    if (time !== undefined && !Number.isSafeInteger(time)) {
      throw new QueueError('queue.invalid', `${name} is not a time`, 'Pass whole milliseconds since the epoch.');
    }
  }
  if (message.payload.byteLength > maxPayloadBytes) {
    throw new QueueError(
      'queue.payload_too_large',
      `the payload has ${message.payload.byteLength} bytes`,
      `At most ${maxPayloadBytes} bytes can be queued; put the data into a bucket and send its name.`,
    );
  }
  const attributes = JSON.stringify(message.attributes ?? {});
  if (Buffer.byteLength(attributes) > maxAttributesBytes) {
    throw new QueueError(
      'queue.attributes_too_large',
      `the attributes have ${Buffer.byteLength(attributes)} bytes`,
      `At most ${maxAttributesBytes} bytes can be queued.`,
    );
  }
  return attributes;
}

export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new QueueError('queue.invalid', `the limit is ${limit}`, 'Use 1 to 1000.');
  }
}

export function parseMarker(marker: string | undefined): number | undefined {
  if (marker === undefined) return undefined;
  const position = /^\d{1,16}$/.test(marker) ? Number(marker) : Number.NaN;
  if (!Number.isSafeInteger(position)) {
    throw new QueueError('queue.invalid', 'the marker is not valid', 'Pass the nextMarker of the previous page.');
  }
  return position;
}
