import type { RouteQuery, Routes } from '@funcgraph/api';
import type { FunctionState } from '../../control/index.ts';

type Query = RouteQuery<Routes['listFunctions']>;
type Key = NonNullable<Query['sort_by']>;

const VALUES: { readonly [K in Key]: (state: FunctionState) => string | number } = {
  func_name: ({ fn }) => fn.name,
  runtime: ({ fn }) => fn.runtime,
  package: ({ fn }) => fn.package,
  memory_size: ({ version }) => version.config.memoryMb,
  timeout: ({ version }) => version.config.timeoutSeconds,
  last_modified: ({ version }) => version.modifiedAt,
};

/** In the order of a field; those with the same value stay in their present order. */
export function sortedFunctions(
  states: readonly FunctionState[],
  key: Query['sort_by'],
  order: Query['order'],
): readonly FunctionState[] {
  if (key === undefined) return states;
  const value = VALUES[key];
  const sign = order === 'desc' ? -1 : 1;
  return states.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
}
