import { type Json, type StoredValue, toJson, type Value } from '@funcgraph/flow';
import type { LargeWork } from './large-values.ts';
import { digestsIn, type RunValues } from './run-values.ts';
import type { Texts } from './value-calls.ts';
import { VALUE_LIMITS } from './value-limits.ts';
import { faultOf } from './value-work.ts';

/** A value of a run as JSON text. */
export async function textOf(value: Value, values: RunValues, large: LargeWork): Promise<Buffer> {
  if ('json' in value) return Buffer.from(JSON.stringify(value.json));
  if ('digest' in value) return values.text(value.digest);
  const texts = await textsOf(digestsIn(value), values);
  if (bytesOf(texts) <= VALUE_LIMITS.parseHereBytes) {
    const parsed = new Map(texts.map(([digest, text]) => [digest, values.read(digest) ?? parse(text)]));
    return Buffer.from(JSON.stringify(toJson(value, (digest) => parsed.get(digest) ?? null)));
  }
  const result = await large.do({ op: 'compose', value, texts });
  if (!('text' in result)) throw new Error('a value was not composed');
  return Buffer.from(result.text.buffer, result.text.byteOffset, result.text.byteLength);
}

function parse(text: Buffer): Json {
  return JSON.parse(text.toString('utf8')) as Json;
}

/** Keeps the text if it is JSON within the limits, otherwise returns what is wrong with it. */
export async function keepText(
  text: Buffer,
  values: RunValues,
  large: LargeWork,
): Promise<{ readonly value: StoredValue } | { readonly fault: string }> {
  if (text.length <= VALUE_LIMITS.parseHereBytes) {
    const fault = faultOf(text);
    return fault === undefined ? { value: values.keep(text) } : { fault };
  }
  const result = await large.do({ op: 'check', text });
  if ('fault' in result) return result;
  if (!('digest' in result)) throw new Error('a value was not checked');
  return { value: values.keep(text, result.digest) };
}

export async function textsOf(digests: Iterable<string>, values: RunValues): Promise<(readonly [string, Buffer])[]> {
  return Promise.all([...digests].map(async (digest) => [digest, await values.text(digest)] as const));
}

export function bytesOf(texts: Texts): number {
  return texts.reduce((total, [, text]) => total + text.byteLength, 0);
}
