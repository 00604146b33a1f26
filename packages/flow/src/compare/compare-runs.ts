/** A loop with the number of the iteration, a parallel node with that of the branch, or the service node of an action. */
export interface Around {
  readonly node: string;
  /** From 0; absent for a service node. */
  readonly index?: number;
}

/** A node in a run, and which attempt of it: the same in both runs. */
export interface TryPlace {
  readonly node: string;
  /** What the node ran in, the outermost first. */
  readonly inside: readonly Around[];
  /** From 1. */
  readonly attempt: number;
}

/** One attempt of a node. Values that are equal have equal digests. */
export interface RecordedTry extends TryPlace {
  readonly status: string;
  readonly input: string;
  readonly output?: string;
  readonly error?: { readonly code: string; readonly message: string };
  /** The node that its edge led to. */
  readonly to?: string;
  /** The version of the function that was called. */
  readonly target?: string;
}

/** In the order in which they are reported. */
const ASPECTS = ['status', 'input', 'output', 'error', 'to', 'target'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** The same attempt in both runs; one of the two is absent when only one run made it. */
export interface ComparedTry<T extends RecordedTry> extends TryPlace {
  readonly first?: T;
  readonly second?: T;
  /** Empty for an attempt that only one run made. */
  readonly differs: readonly Aspect[];
}

/**
 * Attempts of both runs, paired by node, branches, iterations and attempt: in the order of the first run, then those that
 * only the second made. How long they took does not count as a difference.
 */
export function compareTries<T extends RecordedTry>(first: readonly T[], second: readonly T[]): ComparedTry<T>[] {
  const left = new Map(second.map((each) => [keyOf(each), each]));
  const paired = first.map((each): ComparedTry<T> => {
    const key = keyOf(each);
    const other = left.get(key);
    left.delete(key);
    if (other === undefined) return { ...placeOf(each), first: each, differs: [] };
    return { ...placeOf(each), first: each, second: other, differs: differences(each, other) };
  });
  return [...paired, ...[...left.values()].map((each) => ({ ...placeOf(each), second: each, differs: [] }))];
}

function differences(first: RecordedTry, second: RecordedTry): Aspect[] {
  return ASPECTS.filter((aspect) => aspectText(first, aspect) !== aspectText(second, aspect));
}

function aspectText(each: RecordedTry, aspect: Aspect): string | undefined {
  return aspect === 'error' ? each.error && JSON.stringify([each.error.code, each.error.message]) : each[aspect];
}

function placeOf({ node, inside, attempt }: TryPlace): TryPlace {
  return { node, inside, attempt };
}

function keyOf({ node, inside, attempt }: TryPlace): string {
  return JSON.stringify([inside.map((one) => [one.node, one.index]), node, attempt]);
}
