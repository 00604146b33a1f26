import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../../lib/manual-clock.ts';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { call, definitionOf, FunctionError, flowUrn, type TestFlows } from './testing.ts';

let clock: ManualClock;
let flows: TestFlows;

forEachTest((opened) => {
  ({ clock, flows } = opened);
});

const run: TestFlows['run'] = (definition, input) => flows.run(definition, input);
const inputsOf = (name: string) => flows.inputsOf(name);

describe('a run', () => {
  it('calls one function after the other, and ends with the last output', async () => {
    flows.functions.set('double', (input) => ({ n: (input as { n: number }).n * 2 }));
    const definition = definitionOf('f', [call('a', 'double'), call('b', 'double')]);
    const { id, status, events } = await run(definition, { n: 3 });
    expect(status).toBe('success');
    expect(inputsOf('double')).toEqual([{ n: 3 }, { n: 6 }]);
    expect(events[0]).toMatchObject({ type: 'run_started', input: { json: { n: 3 } } });
    expect(events.at(-1)).toMatchObject({ type: 'run_finished', status: 'success' });
    expect(await flows.engine.store.row(id)).toMatchObject({ status: 'success', owner: null, next_seq: events.length });
  });

  it('fails with the error of the function', async () => {
    flows.functions.set('a', () => {
      throw new FunctionError('no luck');
    });
    const { status, events } = await run(definitionOf('f', [call('a')]));
    expect(status).toBe('fail');
    expect(events.at(-1)).toMatchObject({ error: { error_code: '4002', error_message: 'no luck', status: 500 } });
  });

  it('retries after the interval of the error node, with another request id', async () => {
    let tries = 0;
    flows.functions.set('a', () => {
      tries += 1;
      if (tries < 3) throw new FunctionError('not yet');
      return { tries };
    });
    const retries = [{ interval_seconds: 2, max_retries: 3 }];
    const definition = definitionOf('f', [call('a'), { id: 'e', name: 'e', kind: 'error', retries }]);
    const id = await flows.start(flows.save(definition));
    await settled();
    expect(tries).toBe(1);
    clock.advance(1_999);
    await settled();
    expect(tries).toBe(1);
    clock.advance(1);
    await settled();
    clock.advance(2_000);
    expect((await flows.ended(id)).status).toBe('success');
    expect(new Set(flows.calls.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it('waits, leaves memory meanwhile and comes back in time', async () => {
    flows.functions.set('a', () => ({ done: true }));
    const definition = definitionOf('f', [{ id: 'w', name: 'w', kind: 'wait', seconds: 7_200 }, call('a')]);
    const id = await flows.start(flows.save(definition));
    await settled();
    expect(flows.engine.active.size).toBe(1);
    clock.advance(80_000);
    await settled();
    expect(flows.engine.active.size).toBe(0);
    clock.advance(7_119_999);
    await settled();
    expect(flows.calls).toEqual([]);
    clock.advance(1);
    expect((await flows.ended(id)).status).toBe('success');
  });

  it('runs branches at the same time and joins their outputs in the order of the edges', async () => {
    flows.functions.set('slow', async () => {
      await settled();
      return { from: 'slow' };
    });
    flows.functions.set('fast', () => ({ from: 'fast' }));
    flows.functions.set('join', (input) => input);
    const definition = definitionOf(
      'f',
      [
        { id: 'p', name: 'p', kind: 'parallel', completion: 'all', result_path: '$.result' },
        call('slow'),
        call('fast'),
        call('join'),
      ],
      {
        links: [
          { from: 'start', to: 'p' },
          { from: 'p', to: 'slow' },
          { from: 'p', to: 'fast' },
          { from: 'slow', to: 'join' },
          { from: 'fast', to: 'join' },
        ],
      },
    );
    const { status } = await run(definition);
    expect(status).toBe('success');
    expect(inputsOf('join')).toEqual([{ result: [{ from: 'slow' }, { from: 'fast' }] }]);
  });

  it('takes the branch whose condition holds', async () => {
    for (const name of ['big', 'small']) flows.functions.set(name, () => ({ name }));
    const definition = definitionOf('f', [{ id: 'c', name: 'c', kind: 'condition' }, call('big'), call('small')], {
      links: [
        { from: 'start', to: 'c' },
        { from: 'c', to: 'big', branch: { kind: 'condition', expression: '$.n > 10' } },
        { from: 'c', to: 'small', branch: { kind: 'default' } },
      ],
    });
    await run(definition, { n: 11 });
    await run(definition, { n: 10 });
    expect(flows.calls.map(({ name }) => name)).toEqual(['big', 'small']);
  });

  it('runs a loop of many elements with its concurrency', async () => {
    let at = 0;
    let most = 0;
    flows.functions.set('each', async (input) => {
      at += 1;
      most = Math.max(most, at);
      await new Promise(setImmediate);
      at -= 1;
      return { got: (input as { item: number }).item };
    });
    const definition = definitionOf('f', [
      {
        id: 'l',
        name: 'l',
        kind: 'loop',
        array_path: '$.list',
        item_name: 'item',
        result_path: '$.results',
        concurrency: 7,
        interval_seconds: 0,
      },
      call('each', 'each', { parent: 'l' }),
      call('after'),
    ]);
    flows.functions.set('after', (input) => ({ count: ((input as { results: unknown[] }).results ?? []).length }));
    const list = Array.from({ length: 300 }, (_, n) => n);
    const { status } = await run(definition, { list });
    expect(status).toBe('success');
    expect(most).toBe(7);
    expect(inputsOf('after')).toEqual([{ results: list.map((got) => ({ got })) }]);
  });

  it('runs the functions of a service node as one', async () => {
    flows.functions.set('plus2', (input) => ({ input: (input as { input: number }).input + 2 }));
    flows.functions.set('square', (input) => ({ result: (input as { input: number }).input ** 2 }));
    const definition = definitionOf(
      'f',
      [
        { id: 's', name: 's', kind: 'service', action_mode: 'sequential' },
        call('plus2', 'plus2', { parent: 's' }),
        call('square', 'square', { parent: 's' }),
        call('last'),
      ],
      {
        links: [
          { from: 'start', to: 's' },
          { from: 'plus2', to: 'square' },
          { from: 's', to: 'last' },
        ],
      },
    );
    flows.functions.set('last', (input) => input);
    expect((await run(definition, { input: 3 })).status).toBe('success');
    expect(inputsOf('last')).toEqual([{ result: 25 }]);
  });

  it('waits for a sub-flow and gets its output, which is linked to it', async () => {
    flows.functions.set('inner', (input) => ({ inner: input }));
    flows.functions.set('outer', (input) => input);
    flows.save(definitionOf('child', [call('inner')]));
    const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('child'), wait: true } as const;
    const { id, status } = await run(definitionOf('f', [sub, call('outer')]), { x: 1 });
    expect(status).toBe('success');
    expect(inputsOf('outer')).toEqual([{ inner: { x: 1 } }]);
    const child = [...flows.ends.keys()].find((each) => each !== id) ?? '';
    expect(await flows.engine.store.row(child)).toMatchObject({ parent_run: id, flow_id: 'child', status: 'success' });
  });

  it('ends when a flow that starts itself is 16 deep', async () => {
    const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('f'), wait: true } as const;
    const { status, events } = await run(definitionOf('f', [sub]));
    expect(status).toBe('fail');
    expect(events.at(-1)).toMatchObject({ error: { error_code: 'subflow_too_deep' } });
    expect(flows.ends.size).toBe(17);
  });
});

describe('a callback', () => {
  it('ends its wait, once, by the id that the run passed on', async () => {
    flows.functions.set('notify', () => ({}));
    flows.functions.set('a', (input) => input);
    const flow = flows.save(
      definitionOf('f', [
        call('notify', 'notify', { parameters: [{ key: 'id', value: '$RUN.callback.w' }] }),
        { id: 'w', name: 'w', kind: 'wait', callback: { timeout_seconds: 60 } },
        call('a'),
      ]),
    );
    const run = await flows.start(flow);
    await settled();
    const { id } = inputsOf('notify')[0] as { id: string };
    const send = (more: object = {}) =>
      flows.engine.control.callback(flow, run, { id, result: { output: { ok: 1 } }, ...more });
    await expect(send({ id: `v${id.slice(1)}` })).rejects.toMatchObject({ code: 'forbidden' });
    await send();
    await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/flow_callback_(used|gone)/) });
    expect((await flows.ended(run)).status).toBe('success');
    expect(inputsOf('a')).toEqual([{ ok: 1 }]);
  });
});

describe('starting', () => {
  const definition = definitionOf('f', [call('a')]);

  it('returns the same run for the same id and input, and refuses another input', async () => {
    flows.functions.set('a', () => ({}));
    const flow = flows.save(definition);
    const ids = await Promise.all([flows.start(flow, { x: 1 }, 'mine'), flows.start(flow, { x: 1 }, 'mine')]);
    expect(ids).toEqual(['mine', 'mine']);
    await settled();
    expect(flows.calls).toHaveLength(1);
    await expect(flows.start(flow, { x: 2 }, 'mine')).rejects.toMatchObject({ code: 'resource_exists' });
    const other = flows.save(definitionOf('g', [call('a')]));
    expect(await flows.start(other, { x: 2 }, 'mine')).toBe('mine');
  });
});

describe('values', () => {
  it.each([
    ['small', 10],
    ['stored beside the log', 100_000],
    ['handled in a thread', 1_000_000],
  ])('pass unchanged from node to node: %s', async (_, size) => {
    const text = 'é'.repeat(size / 2);
    flows.functions.set('make', () => ({ text, n: 1 }));
    flows.functions.set('use', (input) => input);
    const { status } = await run(
      definitionOf('f', [
        call('make'),
        call('use', 'use', { input_filter: { wrapped: '$.text' } }),
        call('again', 'use', { parameters: [{ key: 'k', value: '$.wrapped' }] }),
      ]),
    );
    expect(status).toBe('success');
    expect(inputsOf('use')).toEqual([{ wrapped: text }, { k: text }]);
  });

  it.each([
    ['no JSON', Buffer.from('{"a":'), 'result_not_json', 'the result of node a is not JSON: '],
    ['no JSON, and large', Buffer.alloc(400_000, '{'), 'result_not_json', 'the result of node a is not JSON: '],
    [
      'nested too deeply',
      Buffer.from('['.repeat(5_000) + ']'.repeat(5_000)),
      'result_not_json',
      'the result of node a',
    ],
    ['over the limit', Buffer.alloc(7_000_000, 'x'), 'value_too_large', 'the result has 7000000 bytes'],
  ])('of a function that returns something that is %s fail the node', async (_, payload, code, text) => {
    flows.functions.set('a', () => payload);
    const { status, events } = await run(definitionOf('f', [call('a')]));
    expect(status).toBe('fail');
    expect(events.at(-1)).toMatchObject({ error: { error_code: code, error_message: expect.stringContaining(text) } });
  });
});
