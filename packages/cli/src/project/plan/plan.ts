import { changesOf } from './changes.ts';
import { type Actual, type Change, type Desired, KINDS, type Kind, keyOf, type Owned, type Step } from './resource.ts';

interface State {
  readonly desired: readonly Desired[];
  /** Of everything that is desired or owned, what exists. */
  readonly actual: readonly Actual[];
  readonly owned: readonly Owned[];
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Exist under a name of the project, and were not made by it. */
  readonly foreign: readonly Desired[];
}

/** Fields that cannot change: the resource is made anew. */
const FIXED: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  dependency: ['runtime'],
  function: ['runtime', 'source'],
  trigger: ['type', 'target', 'settings'],
  alarm: ['target_urn'],
};

/** Nothing depends on them, and new ones may need their place, such as a path of the gateway: they are deleted first. */
const LEAVES: ReadonlySet<Kind> = new Set(['trigger', 'subscription', 'alarm']);

/** What makes the server as the file describes it. Touches nothing that the project did not make. */
export function planOf({ desired, actual, owned }: State): Plan {
  const existing = new Map(actual.map((one) => [keyOf(one), one]));
  const ours = new Map(owned.filter((one) => isSame(one, existing.get(keyOf(one)))).map((one) => [keyOf(one), one]));
  const requested = new Set(desired.map(keyOf));
  const foreign = desired.filter((one) => existing.has(keyOf(one)) && !ours.has(keyOf(one)));
  const makes: Step[] = [];
  for (const one of [...desired].sort(byKind)) {
    const isAnew = makes.some((step) => step.action === 'replace' && isPartOf(one, step.desired));
    makes.push(...stepFor(one, isAnew ? undefined : existing.get(keyOf(one)), ours.get(keyOf(one))));
  }
  const gone = actual.filter((one) => ours.has(keyOf(one)) && !requested.has(keyOf(one))).sort((a, b) => -byKind(a, b));
  const deletes = (isEarly: boolean): Step[] =>
    gone.filter(({ kind }) => LEAVES.has(kind) === isEarly).map((one) => ({ action: 'delete', actual: one }));
  return { steps: [...deletes(true), ...makes, ...deletes(false)], foreign: foreign.sort(byKind) };
}

/** It goes with its function: `hello/live` is a part of `hello`. */
function isPartOf({ name }: Desired, { kind, name: whole }: Desired): boolean {
  return kind === 'function' && name.startsWith(`${whole}/`);
}

/** False when another resource took the name meanwhile. Without an id, a deploy stopped while it made it. */
function isSame({ id }: Owned, found: Actual | undefined): boolean {
  return found !== undefined && (id === undefined || id === found.id);
}

function stepFor(desired: Desired, actual: Actual | undefined, owned: Owned | undefined): Step[] {
  if (actual === undefined) return [{ action: 'create', desired }];
  const changes: Change[] = changesOf(actual.fields, desired.fields);
  const [before, after] = [owned?.notes ?? {}, desired.notes];
  for (const note of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[note] !== after[note]) changes.push({ field: note });
  }
  if (changes.length === 0) return [];
  const isFixed = changes.some(({ field }) => FIXED[desired.kind]?.includes(field));
  return [{ action: isFixed ? 'replace' : 'update', desired, actual, changes }];
}

function byKind(a: { readonly kind: Kind; readonly name: string }, b: typeof a): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1);
}
