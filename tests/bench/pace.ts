import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostNode } from './host-node.ts';
import type { Row } from './report.ts';
import { median } from './section.ts';

/** A bare start of Node.js on the quiet machine for which the budgets of time were set. */
export const REFERENCE_MS = 27;
const STARTS = 11;
/** A machine that is even slower is busy with something else, and its figures say nothing. */
const MOST = 2;

/** From the start of a program to its end, in ms. */
export async function bareStart(program: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  await once(spawn(program, args, { env: {}, stdio: 'ignore' }), 'exit');
  return performance.now() - begun;
}

/** Some starts of the machine's Node.js, one after another, in ms. */
export async function bareStarts(): Promise<number[]> {
  const program = hostNode();
  const starts: number[] = [];
  for (let i = 0; i < STARTS; i += 1) starts.push(await bareStart(program, ['-e', '0']));
  return starts;
}

/** How many times longer than the reference the starts took: from 1, on a faster machine, to 2. */
export const paceOf = (starts: readonly number[]): number => Math.min(MOST, Math.max(1, median(starts) / REFERENCE_MS));

/** A budget of time, or of work in a time, on a machine of that pace: ratios and sizes need no change. */
export function atPace(row: Row, pace: number): Row {
  const { value, unit, limit } = row;
  if (limit === undefined || pace === 1) return row;
  const budget = `${row.budget} ${unit.endsWith('/s') ? '/' : 'x'} ${pace.toFixed(2)}`;
  if (limit.least !== undefined && unit.endsWith('/s')) return { ...row, budget, ok: value >= limit.least / pace };
  if (limit.most !== undefined && ['µs', 'ms', 's'].includes(unit))
    return { ...row, budget, ok: value <= limit.most * pace };
  return row;
}
