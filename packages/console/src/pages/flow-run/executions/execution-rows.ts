import type { NodeKind } from '@funcgraph/flow';
import type { RunModel, ShownTry } from '../model/run-model.ts';
import { timelineRows } from '../timeline/rows.ts';

/** What a node did at one place, with all of its attempts. */
export interface ExecutionRow {
  readonly key: string;
  readonly name: string;
  /** The numbers of the iterations and branches that it ran in, such as `2.1`; empty outside of them. */
  readonly iteration: string;
  readonly depth: number;
  readonly kind: string;
  readonly status: string;
  readonly began: number;
  readonly took: number;
  readonly attempts: number;
  /** Bytes of the JSON texts. */
  readonly input: number;
  /** Undefined before it ended. */
  readonly output: number | undefined;
  readonly last: ShownTry;
}

export const COLUMNS = ['name', 'kind', 'status', 'began', 'took', 'attempts', 'input', 'output'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sorting {
  readonly by: Column;
  readonly isDown: boolean;
}

interface Words {
  readonly nameOf: (node: string) => string;
  readonly kindOf: (node: string) => NodeKind | undefined;
  readonly kindName: (kind: NodeKind) => string;
  readonly statusName: (status: ShownTry['status']) => string;
}

/** The executions of a run in the order of its timeline; those that run still took until now. */
export function executionRows(model: RunModel, words: Words, now: number): readonly ExecutionRow[] {
  return timelineRows(model).flatMap(({ key, node, depth, tries }): ExecutionRow[] => {
    const [first, last] = [tries[0], tries.at(-1)];
    if (first === undefined || last === undefined) return [];
    const kind = words.kindOf(node);
    return [
      {
        key,
        name: words.nameOf(node),
        iteration: first.inside.flatMap(({ index }) => (index === undefined ? [] : [index + 1])).join('.'),
        depth,
        kind: kind === undefined ? '' : words.kindName(kind),
        status: words.statusName(last.status),
        began: first.startedAt,
        took: (last.endedAt ?? now) - first.startedAt,
        attempts: tries.length,
        input: last.input.bytes,
        output: last.output?.bytes,
        last,
      },
    ];
  });
}

/** The rows by a column; those that are equal stay in the order of the run, and those without a value are last. */
export function sortedRows(
  rows: readonly ExecutionRow[],
  sorting: Sorting | undefined,
  language: string,
): readonly ExecutionRow[] {
  if (sorting === undefined) return rows;
  const { by, isDown } = sorting;
  const { compare } = new Intl.Collator(language, { numeric: true });
  const order = (one: ExecutionRow, other: ExecutionRow): number => {
    const [first, second] = [one[by], other[by]];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    const ascending =
      typeof first === 'number' && typeof second === 'number' ? first - second : compare(String(first), String(second));
    return isDown ? -ascending : ascending;
  };
  const byName = (one: ExecutionRow, other: ExecutionRow) => compare(one.iteration, other.iteration);
  return rows.toSorted(
    (one, other) => order(one, other) || (by === 'name' ? (isDown ? -1 : 1) * byName(one, other) : 0),
  );
}

/** `took.down`; nothing is the order of the run. */
export function readSorting(text: string): Sorting | undefined {
  const [column, way] = text.split('.');
  const by = COLUMNS.find((one) => one === column);
  return by === undefined || (way !== 'up' && way !== 'down') ? undefined : { by, isDown: way === 'down' };
}

/** What a click on the head of a column leads to: up, down, and back to the order of the run. */
export function nextSorting(by: Column, before: Sorting | undefined): string {
  if (before?.by !== by) return `${by}.up`;
  return before.isDown ? '' : `${by}.down`;
}
