import { compile, evaluate, type Json, type Plan, type StoredValue, toJson } from '@funcgraph/flow';
import { parseBoundedJson } from '../../../lib/bounded-json.ts';
import { digestOf } from './run-values.ts';
import type { Texts, ValueCall, ValueResult } from './value-calls.ts';
import { VALUE_LIMITS } from './value-limits.ts';

const MOST_PLANS = 50;

/** What the thread of values does. */
export class ValueWork {
  readonly #plans = new Map<string, Plan>();

  do(call: ValueCall): ValueResult {
    switch (call.op) {
      case 'check':
        return check(asBuffer(call.text));
      case 'compose': {
        const values = parsed(call.texts);
        const json = toJson(call.value, (digest) => values.get(digest) ?? missing(digest));
        return { text: Buffer.from(JSON.stringify(json)) };
      }
      case 'evaluate':
        return this.#evaluate(call);
    }
  }

  #evaluate({ digest, definition, facts, work, texts }: Extract<ValueCall, { op: 'evaluate' }>): ValueResult {
    const known = parsed(texts);
    const written: [string, Uint8Array][] = [];
    const write = (json: Json): StoredValue => {
      const text = Buffer.from(JSON.stringify(json));
      if (text.length <= VALUE_LIMITS.inlineBytes) return { json, bytes: text.length };
      if (text.length > VALUE_LIMITS.valueBytes) return { json: null, bytes: text.length };
      const name = digestOf(text);
      written.push([name, text]);
      return { digest: name, bytes: text.length };
    };
    const plan = this.#plans.get(digest) ?? compile(definition);
    this.#plans.delete(digest);
    this.#plans.set(digest, plan);
    for (const oldest of this.#plans.keys()) {
      if (this.#plans.size <= MOST_PLANS) break;
      this.#plans.delete(oldest);
    }
    const result = evaluate({ plan, facts, values: { read: (name) => known.get(name), write } }, work);
    return 'events' in result ? { events: result.events, written } : result;
  }
}

/** Undefined for JSON within the limits. */
export function faultOf(text: Buffer): string | undefined {
  try {
    parseBoundedJson(text, VALUE_LIMITS.json);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

function check(text: Buffer): ValueResult {
  const fault = faultOf(text);
  return fault === undefined ? { digest: digestOf(text) } : { fault };
}

function parsed(texts: Texts): Map<string, Json> {
  return new Map(texts.map(([digest, text]) => [digest, JSON.parse(asBuffer(text).toString('utf8')) as Json]));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function missing(digest: string): never {
  throw new Error(`the value ${digest} was not sent`);
}
