import type { TriggerForm } from './trigger-form.ts';

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings of a trigger as its form shows them. */
export const valuesOf = (form: Pick<TriggerForm, 'fromData'>, data: Values): Values => ({
  ...data,
  ...form.fromData?.(data),
});

/** What of `event_data` was changed; the server keeps the rest. A text that was removed is empty. */
export function changesOf(before: Values, after: Values): Values {
  const changes: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(after)) {
    const [present, value] = [before[name], given ?? ''];
    if (isObject(value)) {
      const inside = changesOf(isObject(present) ? present : {}, value);
      if (Object.keys(inside).length > 0) changes[name] = inside;
    } else if (JSON.stringify(present ?? '') !== JSON.stringify(value)) changes[name] = value;
  }
  return changes;
}
