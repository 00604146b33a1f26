import type { Json } from './json.ts';
import type { Path } from './path.ts';
import { utf8Bytes } from './size.ts';

export interface JsonBounds {
  readonly bytes: number;
  readonly depth: number;
  /** Values of any kind, together. */
  readonly values: number;
}

export type JsonFault =
  | { readonly kind: 'not_json'; readonly path: Path }
  | { readonly kind: keyof JsonBounds; readonly limit: number };

/** Copies a value that is JSON within the bounds, own properties only. Stops at the first fault. */
export function copyJson(
  value: unknown,
  bounds: JsonBounds,
): { ok: true; value: Json } | { ok: false; fault: JsonFault } {
  const path: (string | number)[] = [];
  let bytes = 0;
  let values = 0;

  const fail = (fault: JsonFault): never => {
    throw new Unfit(fault);
  };
  const count = (more: number): void => {
    bytes += more;
    if (bytes > bounds.bytes) fail({ kind: 'bytes', limit: bounds.bytes });
  };
  const within = <T>(step: string | number, body: () => T): T => {
    path.push(step);
    if (path.length > bounds.depth) fail({ kind: 'depth', limit: bounds.depth });
    const result = body();
    path.pop();
    return result;
  };
  const copy = (one: unknown): Json => {
    values += 1;
    if (values > bounds.values) fail({ kind: 'values', limit: bounds.values });
    if (typeof one === 'string') {
      count(utf8Bytes(one) + 2);
      return one;
    }
    if (one === null || typeof one === 'boolean' || (typeof one === 'number' && Number.isFinite(one))) {
      count(String(one).length);
      return one;
    }
    count(2);
    if (Array.isArray(one)) return Array.from(one, (item, index) => within(index, () => copy(item)));
    if (!isPlain(one)) return fail({ kind: 'not_json', path: [...path] });
    const members = Object.entries(one).filter(([, item]) => item !== undefined);
    return Object.fromEntries(
      members.map(([key, item]) => {
        count(utf8Bytes(key) + 4);
        return [key, within(key, () => copy(item))];
      }),
    );
  };

  try {
    return { ok: true, value: copy(value) };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, fault: error.fault };
    throw error;
  }
}

class Unfit extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super('the value does not fit');
    this.fault = fault;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
