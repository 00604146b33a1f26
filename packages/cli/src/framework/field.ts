import { usageError } from './cli-error.ts';
import type { Row } from './output.ts';
import { safeCell } from './safe-text.ts';

/** The names in the value of `--field`. Throws a usage error for an invalid name. */
export function fieldNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[^.]+(\.[^.]+)*$/.test(name))) return names;
  throw usageError(`--field is no name of a field: ${JSON.stringify(text)}`, 'for example id, or receipt.outcome,cold');
}

function valueAt(data: unknown, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Readonly<Record<string, unknown>>)[key]
          : undefined,
      data,
    );
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return safeCell(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/**
 * The values of the fields on one line, a tab between them; empty for null. Dots go into objects and lists. Throws a
 * usage error for a field that no row of `known` has either: one row may lack fields that others have.
 */
export function fieldLine(data: Row, names: readonly string[], known: readonly Row[] = [data]): string {
  const strange = names.find((name) => known.every((row) => valueAt(row, name) === undefined));
  if (strange !== undefined) {
    const all = [...new Set(known.flatMap((row) => Object.keys(row)))];
    throw usageError(`the result has no field ${JSON.stringify(strange)}`, `it has: ${all.join(', ')}`);
  }
  return names.map((name) => text(valueAt(data, name))).join('\t');
}
