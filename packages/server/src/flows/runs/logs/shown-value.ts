import { toJson, type Value } from '@funcgraph/flow';
import { digestsIn } from '../values/run-values.ts';

/** Of a value or message in a line; the rest is cut. */
const SHOWN_BYTES = 1024;
/** More of a text is not looked at. A secret that begins in what is shown ends before. */
const READ_CHARS = 2 * SHOWN_BYTES;

/** The secret of a callback, after the id of its node: 24 bytes in Base64. */
const CALLBACK_SECRET = /(?<=\.)[\w-]{32}(?![\w-])/g;

/** The size of a value and the beginning of its JSON text. Of large values, which are not part of the log, only the size. */
export function shownValue(value: Value): string {
  const size = `${value.bytes} B`;
  if (digestsIn(value).size > 0) return size;
  return `${size} ${shownText(JSON.stringify(toJson(value, () => null)))}`;
}

/**
 * The beginning of a text. Ids of callbacks lose their secret, whichever run made them: the right to read a log is not
 * the right to end the wait of a run.
 */
export function shownText(text: string): string {
  // masked before it is cut, and to the same length, so that no part of a secret is left
  const masked = Buffer.from(text.slice(0, READ_CHARS).replace(CALLBACK_SECRET, (secret) => '*'.repeat(secret.length)));
  if (masked.length <= SHOWN_BYTES && text.length <= READ_CHARS) return masked.toString('utf8');
  let end = SHOWN_BYTES;
  while (((masked[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${masked.toString('utf8', 0, end)}… (cut)`;
}
