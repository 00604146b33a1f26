import { hash } from 'node:crypto';
import type { Json, StoredValue, Value, Values } from '@funcgraph/flow';
import type { Payload } from '../store/append.ts';
import type { ValueCache } from './value-cache.ts';
import { VALUE_LIMITS } from './value-limits.ts';

export interface RunValuesOptions {
  readonly cache: ValueCache;
  /** Reads a stored value of the run. */
  readonly load: (digest: string) => Promise<Buffer | undefined>;
  /** Whether the log names the digest, so that it is stored. */
  readonly isStored: (digest: string) => boolean;
  /** The values are not stored, and stay in memory with the run. */
  readonly isVolatile?: boolean;
}

/** The values of one run: small ones are part of the log, large ones are stored once, before the append that names them. */
export class RunValues implements Values {
  readonly #options: RunValuesOptions;
  readonly #unsaved = new Map<string, Buffer>();

  constructor(options: RunValuesOptions) {
    this.#options = options;
  }

  read(digest: string): Json | undefined {
    const { cache } = this.#options;
    const known = cache.json(digest);
    if (known !== undefined) return known;
    const text = this.#unsaved.get(digest) ?? cache.text(digest);
    if (text === undefined || text.length > VALUE_LIMITS.parseHereBytes) return undefined;
    const json = JSON.parse(text.toString('utf8')) as Json;
    cache.put(digest, text, json);
    return json;
  }

  write(json: Json): StoredValue {
    const text = JSON.stringify(json);
    const bytes = Buffer.byteLength(text);
    if (bytes <= VALUE_LIMITS.inlineBytes) return { json, bytes };
    if (bytes > VALUE_LIMITS.valueBytes) return { json: null, bytes };
    const value = this.keep(Buffer.from(text));
    if ('digest' in value && bytes <= VALUE_LIMITS.parseHereBytes) {
      this.#options.cache.put(value.digest, Buffer.from(text), json);
    }
    return value;
  }

  /** A value from its JSON text, which must be valid. */
  keep(text: Buffer, digest?: string): StoredValue {
    const bytes = text.length;
    if (bytes <= VALUE_LIMITS.inlineBytes) return { json: JSON.parse(text.toString('utf8')) as Json, bytes };
    const name = digest ?? digestOf(text);
    if (!this.#options.isStored(name)) this.#unsaved.set(name, text);
    this.#options.cache.put(name, text);
    return { digest: name, bytes };
  }

  /** Values that must be stored before the next append. */
  unsaved(): Payload[] {
    return this.#options.isVolatile === true ? [] : this.begun();
  }

  /** Values that must be stored with a new run. */
  begun(): Payload[] {
    return [...this.#unsaved].map(([digest, bytes]) => ({ digest, bytes }));
  }

  /** Call when those are stored. */
  saved(payloads: readonly Payload[]): void {
    if (this.#options.isVolatile === true) return;
    for (const { digest } of payloads) this.#unsaved.delete(digest);
  }

  /** The text of a value with a digest. Throws when it is not stored: the log names it, so the database is damaged. */
  async text(digest: string): Promise<Buffer> {
    const known = this.#unsaved.get(digest) ?? this.#options.cache.text(digest);
    if (known !== undefined) return known;
    const text = await this.#options.load(digest);
    if (text === undefined) throw new Error(`the value ${digest} of a run is missing`);
    this.#options.cache.put(digest, text);
    return text;
  }
}

export function digestOf(text: Buffer): string {
  return hash('sha256', text, 'hex');
}

/** Digests in a value. */
export function digestsIn(value: Value, into = new Set<string>()): Set<string> {
  if ('digest' in value) into.add(value.digest);
  else if ('list' in value) for (const each of value.list) digestsIn(each, into);
  else if ('path' in value) {
    if (value.base !== null) digestsIn(value.base, into);
    digestsIn(value.value, into);
  }
  return into;
}
