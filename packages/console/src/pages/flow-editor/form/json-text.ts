import type { Filter, Json } from '@funcgraph/flow';

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

/** A filter as typed: a path, or a template when it is a JSON object. Nothing typed is no filter. */
export function filterOf(text: string): Filter | undefined {
  if (text.trim() === '') return undefined;
  const value = text.trimStart().startsWith('{') ? parsed(text) : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : text;
}

export const textOfFilter = (filter: Filter | undefined): string =>
  typeof filter === 'string' ? filter : filter === undefined ? '' : JSON.stringify(filter, null, 2);

/** A value as typed: JSON, or else a text, such as a path. */
export const constantOf = (text: string): Json => parsed(text) ?? (text.trim() === 'null' ? null : text);

/** A text that would be read as another value stands in quotes. */
export const textOfConstant = (value: Json): string =>
  typeof value === 'string' && constantOf(value) === value ? value : JSON.stringify(value);
