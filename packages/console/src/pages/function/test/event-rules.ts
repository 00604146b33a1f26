import { LIMITS } from '@funcgraph/api/limits';

const NAME = /^[A-Za-z](?:[\w-]{0,23}[A-Za-z0-9])?$/;

/** Why a test event cannot have this name; undefined when it can. */
export function nameProblem(name: string, taken: readonly string[]) {
  if (!NAME.test(name)) return 'invalid';
  return taken.includes(name) ? 'taken' : undefined;
}

/** Why no event can be saved now; undefined when one can. */
export function saveProblem(text: string, events: number) {
  if (new TextEncoder().encode(text).length > LIMITS.testEventBytes) return 'large';
  return events > LIMITS.testEventsPerFunction ? 'many' : undefined;
}
