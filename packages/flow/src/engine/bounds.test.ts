import { describe, expect, it } from 'vitest';
import type { Json } from '../json/json.ts';
import { flowOf } from './flow-builder.fixture.ts';
import { RUN_LIMITS } from './limits.ts';
import { parseTime } from './rfc3339.ts';
import { fromSnapshot, toSnapshot } from './snapshot.ts';
import { wakeAt } from './state.ts';
import { Drive, type World } from './testing.ts';

const echo: World = ({ input }) => ({ result: input });
const chain = flowOf([{ id: 'a' }, { id: 'b' }], ['start -> a', 'a -> b']);
const waiting = (callback: object) =>
  flowOf([{ id: 'w', kind: 'wait', callback }, { id: 'b' }], ['start -> w', 'w -> b']);
const longLoop = (size: number, node: object = {}) => ({
  definition: flowOf(
    [
      { id: 'l', kind: 'loop', ...node },
      { id: 'f', parent: 'l', parameters: [{ key: 'i', value: '$.item' }] },
    ],
    ['start -> l'],
  ),
  input: { list: Array.from({ length: size }, (_, index) => index) },
});

describe('the end of a run', () => {
  it('is a timeout at the deadline, and its calls are abandoned', () => {
    const run = new Drive({ definition: chain, world: echo, started: { deadline: 1000 } });
    run.wait(999);
    expect(run.state.status).toBe('running');
    run.wait(1);
    expect(run.state).toMatchObject({ status: 'timeout', error: { error_code: 'run_timeout' } });
    expect(run.abandoned).toMatchObject([{ call: { exec: 0, attempt: 1 } }]);
    expect(wakeAt(run.state)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is a stop when the stop is in the log before the result', () => {
    const run = new Drive({ definition: chain, world: echo });
    expect(run.send({ type: 'stop' })).toBeUndefined();
    expect(run.state).toMatchObject({ status: 'cancel', error: { error_code: 'stopped' } });
    expect(run.send({ type: 'call_finished', exec: 0, attempt: 1, result: run.store(1) })).toBe('ended');
    expect(run.send({ type: 'stop' })).toBe('ended');
  });

  it('is a failure beyond 50,000 node executions', () => {
    const flow = longLoop(RUN_LIMITS.nodeExecutions + 10);
    const run = new Drive({
      ...flow,
      definition: { ...flow.definition, constants: {} },
      world: () => ({ result: 1 }),
    }).finish();
    expect(run.state.error?.error_code).toBe('too_many_node_executions');
    expect(run.state.status).toBe('fail');
  });

  it('is a failure when the distinct values are too large together, and equal ones count once', () => {
    const big = (fill: string): Json => fill.repeat(RUN_LIMITS.valueBytes - 10);
    const run = (distinct: boolean) => {
      const { definition, input } = longLoop(50);
      const nodes = definition.nodes.map((node) => (node.id === 'f' ? { ...node, output_filter: '$.none' } : node));
      const world: World = (call) => {
        const { i } = call.input as { i: number };
        return { result: { b: big(String.fromCharCode(48 + (distinct ? i : 0))) } };
      };
      return new Drive({ definition: { ...definition, nodes }, input, world }).finish();
    };
    expect(run(true).state.error?.error_code).toBe('values_too_large');
    expect(run(false).state.status).toBe('success');
  });

  it('is a failure for a result or a list of results over 6 MB', () => {
    const run = new Drive({ definition: chain, world: echo });
    run.send({ type: 'call_finished', exec: 0, attempt: 1, result: { digest: 'd', bytes: RUN_LIMITS.valueBytes + 1 } });
    expect(run.state.error?.error_code).toBe('value_too_large');
    const third: World = () => ({ result: 'x'.repeat(RUN_LIMITS.valueBytes / 3) });
    expect(new Drive({ ...longLoop(3), world: third }).finish().state.error?.error_code).toBe('value_too_large');
  });

  it('is a failure for results of parallel actions over 16 MB together, before they are read', () => {
    const actions = ['a', 'b', 'c', 'd'].map((id) => ({ id, parent: 's' }));
    const definition = flowOf([{ id: 's', kind: 'service', action_mode: 'parallel' }, ...actions], ['start -> s']);
    const run = new Drive({ definition, world: echo });
    const bytes = RUN_LIMITS.actionsBytes / 4 + 1;
    for (const { call } of run.open) run.send({ type: 'call_finished', ...call, result: { digest: 'd', bytes } });
    expect(run.state.error?.error_code).toBe('value_too_large');
  });

  it('is a failure when sub-flows are inside more than 16 flows', () => {
    const definition = flowOf([{ id: 's', kind: 'subflow' }], ['start -> s']);
    const at = (depth: number) => new Drive({ definition, world: echo, started: { depth } }).finish().state;
    expect(at(15).status).toBe('success');
    expect(at(16).error?.error_code).toBe('subflow_too_deep');
  });
});

describe('a step', () => {
  const costly = {
    ...flowOf(
      [
        { id: 'l', kind: 'loop' },
        { id: 'f', parent: 'l', parameters: [{ key: 'none', value: '$.all[?(@ == 1)]' }] },
      ],
      ['start -> l'],
    ),
    merge_parameters: true,
  };
  const input = { all: Array(49_000).fill(0), list: Array(100).fill(0) };

  it('ends after some work, and the next ones do the rest', () => {
    const run = new Drive({ definition: costly, input, world: () => ({ result: 1 }), inlineBytes: 1_000_000 });
    expect(run.open.length).toBe(100);
    expect(run.appends).toBeGreaterThan(10);
    expect(run.finish().state.status).toBe('success');
    expect(run.calls).toHaveLength(100);
  });

  it('gives the same when its server dies between them', () => {
    const options = { definition: costly, input, world: () => ({ result: 1 }), inlineBytes: 1_000_000 };
    const run = new Drive({ ...options, crashAfter: new Set([1, 3, 4]) }).finish();
    expect(run.state.status).toBe('success');
    expect(new Set(run.calls.map(({ key }) => key)).size).toBe(100);
  });
});

describe('callbacks', () => {
  const output = { json: 'called', bytes: 8 };

  it('are kept when they come before the wait, and a second one conflicts', () => {
    const definition = flowOf([{ id: 'a' }, { id: 'w', kind: 'wait', callback: {} }], ['start -> a', 'a -> w']);
    const run = new Drive({ definition, world: echo });
    expect(run.send({ type: 'callback', key: 'w', output })).toBeUndefined();
    expect(run.send({ type: 'callback', key: 'w', output })).toBe('callback_conflict');
    expect(run.finish().output).toBe('called');
    expect(run.send({ type: 'callback', key: 'w', output })).toBe('callback_gone');
  });

  it('conflict after the wait ended with one', () => {
    const run = new Drive({ definition: waiting({}), world: echo });
    run.send({ type: 'callback', key: 'w', output });
    expect(run.send({ type: 'callback', key: 'w', output })).toBe('callback_conflict');
  });

  it('are gone after the timeout', () => {
    const run = new Drive({
      definition: flowOf(
        [
          { id: 'p', kind: 'parallel', completion: 'one' },
          { id: 'w', kind: 'wait', callback: { timeout_seconds: 5 } },
          { id: 'b' },
        ],
        ['start -> p', 'p -> w', 'p -> b'],
      ),
      world: echo,
    });
    run.wait(5000);
    expect(run.events.at(-1)).toMatchObject({ type: 'node_failed', error: { error_code: 'callback_timeout' } });
    expect(run.send({ type: 'callback', key: 'w', output })).toBe('callback_gone');
  });

  it('are unknown for any other node', () => {
    const run = new Drive({ definition: waiting({}), world: echo });
    for (const key of ['b', 'none', 'w#0', '', '__proto__']) {
      expect(run.send({ type: 'callback', key, output })).toBe('unknown_callback');
    }
  });

  it('belong to one iteration of a loop', () => {
    const definition = flowOf(
      [
        { id: 'l', kind: 'loop' },
        { id: 'w', kind: 'wait', callback: {}, parent: 'l' },
      ],
      ['start -> l'],
    );
    const run = new Drive({ definition, input: { list: [1, 2] }, world: ({ key }) => ({ result: key }) });
    expect(run.send({ type: 'callback', key: 'w', output })).toBe('unknown_callback');
    expect(run.finish().output).toEqual({ out: ['w#0', 'w#1'] });
  });
});

describe('a loop', () => {
  it.each([
    [0, 256],
    [3, 3],
  ])('with concurrency %i runs %i iterations at once', (concurrency, atOnce) => {
    const run = new Drive({ ...longLoop(600, { concurrency }), world: echo });
    expect(run.open.length).toBe(atOnce);
    run.finish(() => run.calls.length === 400);
    expect(run.open.length).toBeLessThanOrEqual(atOnce);
    expect(run.finish().calls.length).toBe(600);
  });

  it('starts one iteration in each interval, and none without room', () => {
    const run = new Drive({ ...longLoop(4, { interval_seconds: 2, concurrency: 2 }), world: echo });
    const starts: number[] = [];
    for (let second = 0; second < 8; second++) {
      starts.push(run.open.length);
      run.wait(1000);
    }
    expect(starts).toEqual([1, 1, 2, 2, 2, 2, 2, 2]);
    expect(wakeAt(run.state)).toBe(1e12);
    const [first] = run.open;
    if (first) run.answer(first);
    expect(run.open.length).toBe(2);
  });
});

describe('messages', () => {
  it('that come late or twice change nothing', () => {
    const run = new Drive({ definition: chain, world: echo });
    const answer = { type: 'call_finished', exec: 0, attempt: 1, result: run.store(1) } as const;
    expect(run.send({ ...answer, attempt: 2 })).toBe('late');
    expect(run.send({ ...answer, action: 'a' })).toBe('late');
    expect(run.send(answer)).toBeUndefined();
    const before = run.events.length;
    expect(run.send(answer)).toBe('late');
    expect(run.send({ type: 'child_started', exec: 9, attempt: 1, run: 'x' })).toBe('late');
    expect(run.send({ type: 'evaluated', exec: 1, id: 'enter', events: [] })).toBe('late');
    expect(run.events.length).toBe(before);
  });
});

describe('a snapshot', () => {
  it('holds the whole state, as JSON', () => {
    const run = new Drive({ ...longLoop(300), world: echo }).finish(() => false);
    const half = new Drive({ ...longLoop(300), world: echo });
    half.finish(() => half.calls.length === 150);
    for (const { state } of [run, half]) {
      const snapshot = JSON.parse(JSON.stringify(toSnapshot(state)));
      expect(fromSnapshot(snapshot)).toEqual(state);
    }
  });

  it('holds what iterations share once', () => {
    const { definition, input } = longLoop(200);
    const run = new Drive({ definition, input: { ...input, large: 'x'.repeat(10_000) }, world: echo });
    const text = JSON.stringify(toSnapshot(run.state));
    expect(run.open.length).toBe(200);
    expect(text.length).toBeLessThan(150_000);
    const restored = fromSnapshot(JSON.parse(text));
    expect(restored && JSON.stringify(toSnapshot(restored))).toBe(text);
  });

  it('of another version is refused', () => {
    const { state } = new Drive({ definition: chain, world: echo });
    expect(fromSnapshot({ ...toSnapshot(state), version: 0 })).toBeUndefined();
  });
});

describe('keys', () => {
  it('name run, path, branch or iteration, action and attempt', () => {
    const definition = flowOf(
      [
        { id: 'p', kind: 'parallel' },
        { id: 'l', kind: 'loop' },
        { id: 'f', parent: 'l' },
        { id: 's', kind: 'service' },
        { id: 'x', parent: 's' },
      ],
      ['start -> p', 'p -> l', 'p -> s'],
    );
    const run = new Drive({ definition, input: { list: [1, 2] }, world: echo }).finish();
    const keys = run.calls.map(({ key }) => JSON.parse(key));
    expect(new Set(keys.map((key) => JSON.stringify(key)))).toEqual(
      new Set(
        [
          ['run', ['p', 1, 's', 'x'], 1],
          ['run', ['p', 0, 'l', 0, 'f'], 1],
          ['run', ['p', 0, 'l', 1, 'f'], 1],
        ].map((key) => JSON.stringify(key)),
      ),
    );
  });
});

describe('RFC 3339 times', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1000],
    ['1970-01-01t01:00:00.25+01:00', 250],
    ['1969-12-31T23:30:00-00:30', 0],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2023-02-29T00:00:00Z', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['2024-01-01T00:00:00', undefined],
    ['2024-01-01', undefined],
    ['2024-13-01T00:00:00Z', undefined],
    ['2024-01-01T00:00:00+24:00', undefined],
  ])('reads %s as %s', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });
});
