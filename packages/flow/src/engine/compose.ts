import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import type { Value } from './values.ts';

export const NULL: Value = { json: null, bytes: 4 };
const EMPTY: Value = { json: {}, bytes: 2 };

/** The base with `value` at `path`; its `bytes` are an upper bound. */
export function withValue(base: Value | null, path: readonly string[], value: Value): Value {
  let bytes = (base?.bytes ?? 2) + value.bytes;
  for (const key of path) bytes += 6 * key.length + 6;
  return { base: base ?? EMPTY, path, value, bytes };
}

export function listOf(list: readonly Value[], bytes: number): Value {
  return { list, bytes: bytes + list.length + 1 };
}

/** A field of its own, whatever its name: `__proto__` is a key like any other. */
export function setField(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** The JSON of a value; `read` gives those of digests. Stored parts are shared, not copied. */
export function toJson(value: Value, read: (digest: string) => Json): Json {
  if ('json' in value) return value.json;
  if ('digest' in value) return read(value.digest);
  if ('list' in value) return value.list.map((one) => toJson(one, read));
  const base = value.base === null ? {} : toJson(value.base, read);
  const result: JsonObject = isJsonObject(base) ? { ...base } : {};
  let at = result;
  for (const key of value.path.slice(0, -1)) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    const copy: JsonObject = isJsonObject(inner) ? { ...inner } : {};
    setField(at, key, copy);
    at = copy;
  }
  setField(at, value.path.at(-1) ?? '', toJson(value.value, read));
  return result;
}
