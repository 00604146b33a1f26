import { crontabWarning } from '../triggers/crontab.ts';
import type { Change, Desired, Step } from './resource.ts';

const MOST_CHARS = 60;

const SIGNS = { create: '+', update: '~', replace: '!', delete: '-' } as const;

const ANEW: Readonly<Record<string, string>> = { function: ': made anew, with its versions, aliases and triggers' };

/** The differences, a line for each, as `fgs diff` shows them. */
export function planText(steps: readonly Step[]): string {
  return steps.map(stepText).join('\n');
}

/** `2 to create, 1 to update`. */
export function countText(steps: readonly Step[]): string {
  return (['create', 'update', 'replace', 'delete'] as const)
    .map((action) => [steps.filter((step) => step.action === action).length, action] as const)
    .filter(([count]) => count > 0)
    .map(([count, action]) => `${count} to ${action}`)
    .join(', ');
}

function stepText(step: Step): string {
  const { kind, name } = step.action === 'delete' ? step.actual : step.desired;
  const changes = 'changes' in step ? step.changes : [];
  return [
    `${SIGNS[step.action]} ${kind} ${name}${step.action === 'replace' ? (ANEW[kind] ?? ': made anew') : ''}`,
    ...changes.map(changeText),
    ...(step.action === 'delete' ? [] : warnings(step.desired)),
  ].join('\n');
}

function warnings({ kind, fields }: Desired): string[] {
  const { schedule } = (fields.settings ?? {}) as { schedule?: unknown };
  if (kind !== 'trigger' || typeof schedule !== 'string' || schedule.startsWith('@')) return [];
  const warning = crontabWarning(schedule.replace(/^CRON_TZ=\S+ /, ''), (text) => `write "${text}"`);
  return warning === undefined ? [] : [`    ${warning}`];
}

function changeText({ field, before, after }: Change): string {
  if (before === undefined && after === undefined) return `    ${field}: changed`;
  return `    ${field}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS - 3)}...` : text;
}
