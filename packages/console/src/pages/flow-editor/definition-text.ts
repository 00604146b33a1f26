import { parse, stringify } from 'yaml';

export type Format = 'json' | 'yaml';

/** References to anchors, together: a small file could name a huge value otherwise. */
const MAX_ALIASES = 100;

export const writeText = (value: unknown, format: Format): string =>
  format === 'json' ? JSON.stringify(value, null, 2) : stringify(value);

/** Throws with the place of the fault. YAML holds JSON too. */
export const readText = (text: string, format: Format): unknown =>
  format === 'json' ? JSON.parse(text) : parse(text, { maxAliasCount: MAX_ALIASES });
