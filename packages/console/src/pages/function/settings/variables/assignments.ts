import type { Variable } from './variables.ts';

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/;
const QUOTED = /^(["'])(.*)\1$/;

/** The variables in the lines of an `.env` file; undefined for any other text. */
export function assignmentsIn(text: string): readonly Variable[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const found = lines.map((line) => LINE.exec(line));
  if (found.length === 0 || found.includes(null)) return undefined;
  return found.map((match) => {
    const value = (match?.[2] ?? '').trim();
    return { name: match?.[1] ?? '', value: QUOTED.exec(value)?.[2] ?? value, isSecret: false };
  });
}
