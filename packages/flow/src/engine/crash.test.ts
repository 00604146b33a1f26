import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import type { Json } from '../json/json.ts';
import { flowDefinitions } from '../testing.ts';
import type { RunEvent } from './events.ts';
import { begin, fold } from './fold.ts';
import { choicesFrom, randomFlow } from './random-flow.fixture.ts';
import { Reference } from './reference-interpreter.fixture.ts';
import { Drive, type World } from './testing.ts';

/** The order of keys in objects is no part of their meaning. */
function canonical(json: Json): string {
  return JSON.stringify(json, (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
}

/**
 * Answers that depend on the call and on all of its input: a wrong input changes the output of the run. Errors are equal,
 * since which action of a parallel service node fails first is a matter of time.
 */
function worldOf(seed: number): World {
  return ({ key, input }) => {
    const value = hash(`${seed} ${key} ${canonical(input)}`);
    if (value % 11 === 0)
      return { error: { error_code: 'boom', error_message: 'failed', status: 500, fields: { n: 5 } } };
    const list = Array.from({ length: value % 4 }, (_, index) => ({ n: index, a: index, b: 1 }));
    return {
      result: { n: value % 7, a: value % 3, b: value % 5, status: value % 5 === 0 ? 500 : 200, list, seen: value },
    };
  };
}

const INPUT = { n: 2, status: 200, list: [{ n: 1 }, { n: 2 }, { n: 3 }] };

/** Paths of the branches and iterations that the log abandoned. */
function abandonedBranches(events: readonly RunEvent[]): Set<string> {
  const paths = new Map<number, { path: (string | number)[]; node: string }>();
  const abandoned = new Set<string>();
  const [first, ...rest] = events;
  if (first?.type !== 'run_started') throw new Error('the log has no beginning');
  const state = begin(first);
  for (const event of rest) {
    if (event.type === 'abandoned')
      for (const exec of event.execs) abandoned.add(JSON.stringify(paths.get(exec)?.path));
    fold(state, event);
    for (const [id, exec] of state.execs) {
      if (paths.has(id)) continue;
      const owner = paths.get(exec.owner);
      paths.set(id, { node: exec.node, path: owner ? [...owner.path, owner.node, exec.index] : [] });
    }
  }
  return abandoned;
}

interface Case {
  readonly definition: FlowDefinition;
  readonly picks: readonly number[];
  readonly seed: number;
  readonly inlineBytes: number;
}

/** Flows made for running, whose paths mostly lead somewhere, and any flows that break no rule. */
const flows = (choices: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.array(fc.nat(59), { maxLength: choices }).map((tape) => randomFlow(choicesFrom(tape))) },
    { weight: 1, arbitrary: flowDefinitions().filter(({ nodes }) => nodes.length <= choices) },
  );

const casesOf = (choices: number): fc.Arbitrary<Case> =>
  fc.record({
    definition: flows(choices),
    picks: fc.array(fc.nat(9), { maxLength: choices }),
    seed: fc.nat(1000),
    inlineBytes: fc.constantFrom(0, 40, 16_384),
  });
const cases = casesOf(120);

function drive({ definition, picks, seed, inlineBytes }: Case, crashAfter: ReadonlySet<number>): Drive {
  const pick = choicesFrom(picks);
  return new Drive({ definition, input: INPUT, world: worldOf(seed), pick, crashAfter, inlineBytes }).finish();
}

function expectMeaning(one: Case, run: Drive): void {
  const skip = abandonedBranches(run.events);
  const reference = new Reference(one.definition, worldOf(one.seed), skip);
  const result = reference.run(INPUT);
  expect(run.repeated).toEqual([]);
  if ('codes' in result) {
    expect(run.state.status).toBe('fail');
    expect(result.codes).toContain(run.state.error?.error_code);
    return;
  }
  expect(run.state).toMatchObject({ status: 'success' });
  expect(canonical(run.output ?? null)).toBe(canonical(result.output));
  const called = new Set(run.calls.map(({ key }) => key));
  expect([...reference.keys].filter((key) => !called.has(key))).toEqual([]);
  const needless = [...called].filter((key) => !reference.keys.has(key) && !reference.abandoned.has(key));
  if (skip.size === 0) expect(needless).toEqual([]);
}

describe('a run that loses its state', () => {
  it('ends as the reference does after any crashes, and calls no finished node again', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }), (one, crashes) => {
        expectMeaning(one, drive(one, new Set(crashes)));
      }),
      { numRuns: 1500 },
    );
  });

  it('ends as the reference does wherever the crash is', () => {
    fc.assert(
      fc.property(casesOf(24), (one) => {
        const undisturbed = drive(one, new Set());
        for (let append = 1; append <= undisturbed.appends; append++) expectMeaning(one, drive(one, new Set([append])));
      }),
      { numRuns: 200 },
    );
  });

  it('meets every kind of node, failures and successes in these cases', () => {
    const kinds = new Set<string>();
    const statuses = new Set<string>();
    for (const one of fc.sample(cases, { numRuns: 400, seed: 1 })) {
      const run = drive(one, new Set());
      statuses.add(run.state.status);
      for (const event of run.events) kinds.add(event.type === 'node_started' ? event.kind : event.type);
    }
    expect(statuses).toEqual(new Set(['success', 'fail']));
    expect([...kinds].sort()).toEqual(
      [
        'abandoned',
        'call_finished',
        'call_started',
        'callback_received',
        'child_started',
        'condition',
        'end',
        'function',
        'iterations_started',
        'loop',
        'loop_items',
        'node_failed',
        'node_finished',
        'parallel',
        'retry_scheduled',
        'run_finished',
        'run_started',
        'service',
        'subflow',
        'wait',
      ].sort(),
    );
  });
});
