import { isDeepStrictEqual } from 'node:util';
import type { Change, Fields } from './resource.ts';

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Maps of which the server shows more than was given: only what was given counts. */
const PARTIAL: ReadonlySet<string> = new Set(['settings']);

/** The fields of `after` that are otherwise in `before`; those of maps one by one. Fields that only `before` has count within maps. */
export function changesOf(before: Fields, after: Fields): Change[] {
  return Object.keys(after).flatMap((field) => changesOfField(field, before[field], after[field]));
}

function changesOfField(field: string, before: unknown, after: unknown): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMap(after) || !isMap(before ?? {})) {
    return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  }
  const [old, requested] = [(before ?? {}) as Fields, after];
  const others = PARTIAL.has(field.split('.')[0] ?? '') ? [] : Object.keys(old);
  return [...new Set([...others, ...Object.keys(requested)])]
    .sort()
    .flatMap((name) => changesOfField(`${field}.${name}`, old[name], requested[name]));
}
