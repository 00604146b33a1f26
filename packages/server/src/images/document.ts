import { DOCUMENT_LIMITS, parseBoundedJson } from '../lib/bounded-json.ts';
import { ImageError, type ImageReason } from './errors.ts';

/** Reads fields of untrusted JSON of an image; every field may be missing or have another type. */
export class Document {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #reason: ImageReason;

  private constructor(value: unknown, what: string, reason: ImageReason) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ImageError(reason, `${what} is not an object`);
    }
    this.#fields = value as Readonly<Record<string, unknown>>;
    this.#what = what;
    this.#reason = reason;
  }

  /** Throws `ImageError` with `reason` unless the bytes are a JSON object. */
  static parse(bytes: Buffer, what: string, reason: ImageReason): Document {
    return new Document(parseJson(bytes, what, reason), what, reason);
  }

  /** The objects of a document that is a list. */
  static parseList(bytes: Buffer, what: string, reason: ImageReason): Document[] {
    const value = parseJson(bytes, what, reason);
    if (!Array.isArray(value)) throw new ImageError(reason, `${what} is not a list`);
    return value.map((each: unknown) => new Document(each, what, reason));
  }

  /** Empty when absent or null. */
  text(name: string): string {
    const value = this.#fields[name] ?? '';
    if (typeof value !== 'string') throw this.#wrong(name, 'text');
    return value;
  }

  size(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.#wrong(name, 'a size');
    return value;
  }

  digest(name: string): string {
    const value = this.text(name);
    if (!isDigest(value)) throw this.#wrong(name, 'a SHA-256 digest');
    return value;
  }

  /** Empty when absent or null. */
  texts(name: string): readonly string[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw this.#wrong(name, 'texts');
    return value as readonly string[];
  }

  /** Empty when absent or null. */
  list(name: string): readonly Document[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value.map((each: unknown) => new Document(each, `${this.#what}.${name}`, this.#reason));
  }

  /** An empty one when absent or null. */
  child(name: string): Document {
    return new Document(this.#fields[name] ?? {}, `${this.#what}.${name}`, this.#reason);
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  #wrong(name: string, kind: string): ImageError {
    return new ImageError(this.#reason, `${this.#what}: ${name} must be ${kind}`);
  }
}

export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function parseJson(bytes: Buffer, what: string, reason: ImageReason): unknown {
  try {
    return parseBoundedJson(bytes, DOCUMENT_LIMITS);
  } catch (cause) {
    throw new ImageError(reason, `${what} is not acceptable JSON: ${(cause as Error).message.slice(0, 200)}`, {
      cause,
    });
  }
}
