import { createHash } from 'node:crypto';

/** Most bytes of the messages of one event, as JSON: the largest event of a synchronous call, less what surrounds them. */
export const BATCH_BYTES = 6 * 1024 * 1024 - 8 * 1024;
/** Of the text of one message beside others: its quotes are its own. */
const COMMA = 1;

/** A message as it stands in the event: a JSON text of UTF-8 characters. Other bytes become the replacement character. */
export function messageText(content: Uint8Array): string {
  return JSON.stringify(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8'));
}

/** Names a batch by its place at the broker and its messages: the same ones have the same id when they are delivered again. */
export function batchId(place: readonly (string | number)[], messages: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(place));
  // JSON texts have no line feeds
  for (const text of messages) digest.update('\n').update(text);
  return digest.digest('hex');
}

/** How many of the first messages, by their sizes, make one event; at least one of a list that is not empty. */
export function batchLength(sizes: readonly number[], most: number, room = BATCH_BYTES): number {
  let bytes = 0;
  let length = 0;
  for (const size of sizes.slice(0, most)) {
    bytes += size + COMMA;
    if (length > 0 && bytes > room) break;
    length++;
  }
  return length;
}
