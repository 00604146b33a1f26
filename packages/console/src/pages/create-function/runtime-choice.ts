import type { RouteResponse, Routes } from '@funcgraph/api';
import { endOfLife } from '../../parts/end-of-life.ts';

export type RuntimeRow = RouteResponse<Routes['listRuntimes']>['runtimes'][number];

/** HTTP functions and images are chosen by type and way. */
const NO_CHOICE = new Set(['http', 'image']);

/** Those that can be chosen come first. */
export function eventRuntimes(all: readonly RuntimeRow[]): RuntimeRow[] {
  const shown = all.filter(({ language }) => !NO_CHOICE.has(language));
  return [...shown.filter(({ available }) => available), ...shown.filter(({ available }) => !available)];
}

/** The newest usable version of the first language. */
export function usualRuntime(all: readonly RuntimeRow[], now: Date): string | undefined {
  const usable = eventRuntimes(all).filter(({ available }) => available);
  const current = usable.filter(({ name }) => endOfLife(name, now) === undefined);
  const [first] = current.length > 0 ? current : usable;
  return current.filter(({ language }) => language === first?.language).at(-1)?.name ?? first?.name;
}
