import type { FlowDefinition } from '../definition.ts';
import type { RunEvent, RunStarted } from './events.ts';
import { begin, fold } from './fold.ts';
import { ROOT } from './state.ts';
import type { StoredValue } from './values.ts';

export interface Fork {
  /** Id of the new run. */
  readonly run: string;
  /** Digest of the definition of the new run. */
  readonly definition: string;
  readonly now: number;
  readonly deadline: number;
  /** Replaces the value that arrives at the node, before its input filter. */
  readonly input?: StoredValue;
}

export type ForkResult =
  | { readonly events: readonly RunEvent[] }
  /** The node was never reached, or is inside a loop or service node. */
  | { readonly refused: 'not_reached' | 'inside' }
  /** These nodes differ in the new definition, although their results would be kept. */
  | { readonly refused: 'changed'; readonly nodes: readonly string[] };

/**
 * The beginning of a run that goes on at `node` with the results of its ancestors from another log. Branches beside it
 * run again. Values keep their digests: the new run needs its own rows for those in its events.
 */
export function forkLog(
  events: readonly RunEvent[],
  node: string,
  fork: Fork,
  definitions?: { readonly from: FlowDefinition; readonly to: FlowDefinition },
): ForkResult {
  const [started, ...rest] = events;
  if (started?.type !== 'run_started') return { refused: 'not_reached' };
  const family = familyOf(started, rest);
  const target = family.findIndex((member) => member.node === node);
  if (target < 0) return { refused: insideOf(definitions?.from, node) ? 'inside' : 'not_reached' };
  if (ownersOf(family, target).some((owner) => family[owner]?.isLoop)) return { refused: 'inside' };
  const kept = keptFor(family, target);
  const changed = definitions ? changedNodes(new Set([...kept].map((id) => family[id]?.node ?? '')), definitions) : [];
  if (changed.length > 0) return { refused: 'changed', nodes: changed };
  return { events: copy(started, rest, { node, target, kept }, fork) };
}

/** An execution of the log, by its number. */
interface Member {
  readonly node: string;
  readonly owner: number;
  /** The execution that led to it. */
  readonly origin: number;
  readonly callback?: string;
  isLoop: boolean;
}

function familyOf(started: RunEvent & RunStarted, rest: readonly RunEvent[]): Member[] {
  const family: Member[] = [{ node: started.first, owner: ROOT, origin: ROOT, isLoop: false }];
  const state = begin(started);
  for (const event of rest) {
    const before = state.next;
    fold(state, event);
    if (!('exec' in event)) continue;
    const member = family[event.exec];
    if (member && event.type === 'node_started') member.isLoop = event.kind === 'loop';
    for (let id = before; id < state.next; id++) {
      const exec = state.execs.get(id);
      if (exec) family.push({ node: exec.node, owner: exec.owner, origin: event.exec, isLoop: false });
    }
  }
  return family;
}

/** The chain that led to the target, and everything inside the parallel nodes and loops on it that had ended. */
function keptFor(family: readonly Member[], target: number): Set<number> {
  const chain = new Set<number>();
  for (let at = family[target]?.origin ?? ROOT; at !== ROOT; at = family[at]?.origin ?? ROOT) chain.add(at);
  const around = new Set(ownersOf(family, target));
  const isInside = (id: number): boolean =>
    ownersOf(family, id).some((owner) => chain.has(owner) && !around.has(owner));
  return new Set([...family.keys()].filter((id) => chain.has(id) || isInside(id)));
}

function ownersOf(family: readonly Member[], id: number): number[] {
  const owners: number[] = [];
  for (let at = family[id]?.owner ?? ROOT; at !== ROOT; at = family[at]?.owner ?? ROOT) owners.push(at);
  return owners;
}

interface Cut {
  readonly node: string;
  readonly target: number;
  readonly kept: ReadonlySet<number>;
}

/** Numbers of executions change, since those of other branches are missing: each event creates as many as before. */
function copy(
  started: RunEvent & RunStarted,
  rest: readonly RunEvent[],
  { node, target, kept }: Cut,
  { run, definition, now, deadline, input }: Fork,
): RunEvent[] {
  const { parent: _, refused, ...old } = started;
  const first = {
    ...{ ...old, run, definition, at: now, deadline, depth: 0, origin: { run: started.run, node } },
    // what was refused is the input that is not edited
    ...(refused === undefined || input !== undefined ? {} : { refused }),
  };
  const [from, to] = [begin(started), begin(first)];
  const numbers = new Map([[0, 0]]);
  const events: RunEvent[] = [first];
  const keep = (event: RunEvent): void => {
    events.push(event);
    fold(to, event);
  };
  for (const event of rest) {
    if (numbers.has(target)) break;
    const [fromNext, toNext] = [from.next, to.next];
    fold(from, event);
    if (event.type === 'abandoned') {
      const execs = event.execs.flatMap((id) => (kept.has(id) ? [numbers.get(id) ?? ROOT] : []));
      if (execs.length > 0) keep({ ...event, execs });
    } else if (event.type === 'callback_received') {
      keep(event);
    } else if ('exec' in event && kept.has(event.exec)) {
      keep({ ...event, exec: numbers.get(event.exec) ?? ROOT });
      for (let created = 0; created < from.next - fromNext; created++)
        numbers.set(fromNext + created, toNext + created);
    }
  }
  const exec = numbers.get(target);
  if (input && exec !== undefined) keep({ v: 1, at: now, type: 'input_replaced', exec, input });
  return events;
}

interface Definitions {
  readonly from: FlowDefinition;
  readonly to: FlowDefinition;
}

/** Kept nodes whose settings or edges differ; names and places in the editor do not count. */
function changedNodes(kept: ReadonlySet<string>, { from, to }: Definitions): string[] {
  return [...kept].filter((id) => shapeOf(id, from) !== shapeOf(id, to));
}

/** A node with its edges, its error node and what is inside it. */
function shapeOf(id: string, definition: FlowDefinition): string {
  const { nodes, edges, constants } = definition;
  const settings = nodes.flatMap((node) => {
    if (node.id !== id) return [];
    const { position: _, name: __, ...rest } = node;
    return [Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))];
  });
  const out = edges.filter((edge) => edge.from === id);
  const inside = nodes.filter((node) => 'parent' in node && node.parent === id).map((node) => node.id);
  const guards = out
    .map((edge) => edge.to)
    .filter((to) => nodes.some((node) => node.id === to && node.kind === 'error'));
  const related = [...inside, ...guards].map((one) => shapeOf(one, definition));
  return JSON.stringify([settings, out, related, constants]);
}

function insideOf(definition: FlowDefinition | undefined, id: string): boolean {
  return definition?.nodes.some((node) => node.id === id && 'parent' in node && node.parent !== undefined) ?? false;
}
