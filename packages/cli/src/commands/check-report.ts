import type { Check } from '../doctor/index.ts';

/** A line for each check, and one more with the remedy for those that are not ok. */
export function report(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map((check) => check.name.length));
  return checks.flatMap((check) => {
    const line = `${check.state.padEnd(4)}  ${check.name.padEnd(width)}  ${check.detail}`;
    return check.hint === undefined || check.state === 'ok'
      ? [line]
      : [line, `${' '.repeat(width + 8)}-> ${check.hint}`];
  });
}
