import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Storage } from '../../storage/index.ts';
import type { Flow } from '../types.ts';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { RunService } from './run-service.ts';
import { call, definitionOf, FunctionError, flowUrn, TestFlows } from './testing.ts';

let storage: Storage;
let clock: ManualClock;
let flows: TestFlows;

forEachTest((opened) => {
  ({ storage, clock, flows } = opened);
});

const run: TestFlows['run'] = (definition, input) => flows.run(definition, input);
const inputsOf = (name: string) => flows.inputsOf(name);

describe('a server that dies', () => {
  it('leaves its runs to another, which makes open calls again with the same id and finished ones never', async () => {
    flows.functions.set('a', () => ({ a: 1 }));
    flows.functions.set('b', () => new Promise(() => {}));
    const id = await flows.start(flows.save(definitionOf('f', [call('a'), call('b')])), { x: 1 });
    await settled();
    const dead = flows.engine;
    flows.engine = flows.newEngine();
    flows.functions.set('b', (input) => ({ b: input }));
    await flows.engine.start();
    expect((await flows.ended(id)).status).toBe('success');
    expect(flows.calls.map(({ name }) => name)).toEqual(['a', 'b', 'b']);
    expect(flows.calls[1]?.requestId).toBe(flows.calls[2]?.requestId);
    await dead.stop(AbortSignal.abort());
  });

  it('cannot append any more, although it lives', async () => {
    let end = (): void => {};
    flows.functions.set(
      'a',
      () =>
        new Promise((resolve) => {
          end = () => resolve({ late: true });
        }),
    );
    const id = await flows.start(flows.save(definitionOf('f', [call('a')])));
    await settled();
    const [old, endOld] = [flows.engine, end];
    flows.engine = flows.newEngine();
    await flows.engine.start();
    await settled();
    endOld();
    await settled();
    expect(await flows.engine.store.row(id)).toMatchObject({ status: 'running', owner: 'server-2', epoch: 2 });
    expect(old.active.size).toBe(0);
    end();
    expect((await flows.ended(id)).status).toBe('success');
    await old.stop(AbortSignal.abort());
  });

  it('had an express run on disk, which starts again as a whole', async () => {
    flows.functions.set('a', () => ({}));
    flows.functions.set('b', () => new Promise(() => {}));
    const flow = flows.save(definitionOf('f', [call('a'), call('b')], { mode: 'EXPRESS' }));
    const id = await flows.start(flow, { x: 1 });
    await settled();
    const dead = flows.engine;
    flows.engine = flows.newEngine();
    flows.functions.set('b', () => ({}));
    await flows.engine.start();
    expect((await flows.ended(id)).status).toBe('success');
    expect(flows.calls.map(({ name }) => name)).toEqual(['a', 'b', 'a', 'b']);
    expect(await flows.engine.store.row(id)).toBeUndefined();
    await dead.stop(AbortSignal.abort());
  });
});

describe('an express run', () => {
  const service = () => new RunService(flows.engine);
  const express = (nodes: FlowNode[]) => flows.save(definitionOf('f', nodes, { mode: 'EXPRESS' }));
  const sync = (flow: Flow, input = {}, signal = new AbortController().signal) =>
    service().runSync({ flow, input, headers: {}, startedBy: 'ann' }, signal);

  it('returns its output to the caller that waits, and stores nothing', async () => {
    flows.functions.set('a', (input) => ({ got: input, text: 'x'.repeat(100_000) }));
    flows.functions.set('b', (input) => ({ size: (input as { text: string }).text.length }));
    const detail = await sync(express([call('a'), call('b')]), { n: 1 });
    expect(detail).toMatchObject({ status: 'success', input: { n: 1 }, output: { size: 100_000 } });
    expect(detail.nodes.map(({ nodeId }) => nodeId)).toEqual(['a', 'b']);
    expect(await flows.engine.store.row(detail.id)).toBeUndefined();
  });

  it('names the node that failed', async () => {
    flows.functions.set('a', () => {
      throw new FunctionError('no luck');
    });
    const detail = await sync(express([call('a')]));
    expect(detail).toMatchObject({ status: 'fail', error: { code: '4002' } });
    expect(detail.nodes[0]).toMatchObject({ nodeId: 'a', executions: [{ status: 'fail' }] });
  });

  it('ends as timeout after five minutes, and abandons its calls', async () => {
    flows.functions.set('a', () => new Promise(() => {}));
    const running = sync(express([call('a')]));
    await settled();
    clock.advance(299_999);
    await settled();
    clock.advance(1);
    expect(await running).toMatchObject({ status: 'timeout' });
  });

  it('waits for an express sub-flow in memory', async () => {
    flows.functions.set('inner', (input) => ({ inner: input, text: 'y'.repeat(50_000) }));
    flows.save(definitionOf('child', [call('inner')], { mode: 'EXPRESS' }));
    const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('child'), wait: true } as const;
    const detail = await sync(express([sub]), { n: 1 });
    expect(detail).toMatchObject({ status: 'success', output: { inner: { n: 1 } } });
  });

  it('goes on when its caller stops waiting', async () => {
    let end = (): void => {};
    flows.functions.set(
      'a',
      () =>
        new Promise((resolve) => {
          end = () => resolve({});
        }),
    );
    const caller = new AbortController();
    const running = sync(express([call('a')]), {}, caller.signal);
    await settled();
    caller.abort();
    await expect(running).rejects.toMatchObject({ code: 'unavailable' });
    end();
    await settled();
    expect([...flows.ends.values()]).toMatchObject([{ status: 'success' }]);
  });
});

describe('control', () => {
  it('stops a run: waits end, children stop, late results change nothing', async () => {
    let end = (): void => {};
    flows.functions.set(
      'slow',
      (_, { signal }) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve({ aborted: true }));
          end = () => resolve({});
        }),
    );
    flows.save(definitionOf('child', [call('slow')]));
    const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('child'), wait: true } as const;
    const flow = flows.save(definitionOf('f', [sub, call('after')]));
    const id = await flows.start(flow);
    await settled();
    await flows.engine.control.stop(flow, id);
    expect((await flows.ended(id)).status).toBe('cancel');
    await settled();
    end();
    await settled();
    expect([...flows.ends.values()].map(({ status }) => status)).toEqual(['cancel', 'cancel']);
    await expect(flows.engine.control.stop(flow, id)).rejects.toMatchObject({ code: 'flow_run_state' });
    expect(flows.calls).toHaveLength(1);
  });

  it('retries a run that failed with its definition and input, and no other', async () => {
    let isBroken = true;
    flows.functions.set('a', (input) => {
      if (isBroken) throw new FunctionError('broken');
      return { got: input };
    });
    const flow = flows.save(definitionOf('f', [call('a')]));
    const { id } = await run(definitionOf('f', [call('a')]), { n: 1, text: 'z'.repeat(30_000) });
    flows.save(definitionOf('f', [call('other')]));
    isBroken = false;
    const again = await flows.engine.control.retry(flow, id, 'bob');
    expect((await flows.ended(again)).status).toBe('success');
    expect(inputsOf('a')[1]).toEqual(inputsOf('a')[0]);
    expect(await flows.engine.store.row(again)).toMatchObject({
      origin_run: id,
      origin_kind: 'retry',
      started_by: 'bob',
    });
    await expect(flows.engine.control.retry(flow, again, 'bob')).rejects.toMatchObject({ code: 'flow_run_state' });
  });

  it('continues a run from a node, with the results before it and an edited input', async () => {
    flows.functions.set('a', () => ({ text: 'q'.repeat(30_000) }));
    flows.functions.set('b', (input) => input);
    const flow = flows.save(definitionOf('f', [call('a'), call('b')]));
    const { id } = await run(definitionOf('f', [call('a'), call('b')]));
    const service = new RunService(flows.engine);
    const fork = { node: 'b', newDefinition: false, startedBy: 'ann' };
    const [same, edited] = [
      await service.fork(flow, id, fork),
      await service.fork(flow, id, { ...fork, input: { n: 2 } }),
    ];
    expect((await flows.ended(same)).status).toBe('success');
    expect((await flows.ended(edited)).status).toBe('success');
    expect(flows.calls.map(({ name }) => name)).toEqual(['a', 'b', 'b', 'b']);
    expect(inputsOf('b').slice(1)).toEqual([{ text: 'q'.repeat(30_000) }, { n: 2 }]);
    await expect(service.fork(flow, id, { ...fork, node: 'x' })).rejects.toMatchObject({ code: 'flow_fork_refused' });
  });

  it('is not forked at a node inside a loop or a service node, and says so', async () => {
    flows.functions.set('a', (input) => input);
    const loop = { array_path: '$.list', item_name: 'item', result_path: '$.out', concurrency: 0, interval_seconds: 0 };
    const definition = definitionOf('f', [
      { id: 'each', name: 'each', kind: 'loop', ...loop },
      { ...call('inner', 'a'), parent: 'each' } as FlowDefinition['nodes'][number],
      { id: 'both', name: 'both', kind: 'service', action_mode: 'sequential' },
      { ...call('action', 'a'), parent: 'both' } as FlowDefinition['nodes'][number],
    ]);
    const { id } = await run(definition, { list: [1] });
    const service = new RunService(flows.engine);
    for (const node of ['inner', 'action']) {
      await expect(
        service.fork(flows.save(definition), id, { node, newDefinition: false, startedBy: 'ann' }),
      ).rejects.toMatchObject({ code: 'flow_fork_refused', message: expect.stringContaining('inside') });
    }
  });

  it('refuses runs over the quotas of the project', async () => {
    const small = new TestFlows(storage, clock, { quota: { runs: 1, bytes: 1_000 }, retainDays: 0.01 });
    await small.engine.start();
    small.functions.set('a', () => ({}));
    const flow = small.save(definitionOf('f', [call('a')]));
    await expect(small.start(flow, { text: 'x'.repeat(2_000) })).rejects.toMatchObject({ code: 'flow_storage_quota' });
    await small.ended(await small.start(flow));
    await expect(small.start(flow)).rejects.toMatchObject({ code: 'flow_run_quota' });
    const points = await new RunService(small.engine).statistics(
      { projectId: flow.projectId, flow },
      { from: clock.now(), to: clock.now(), stepMs: 60_000 },
    );
    expect(points).toMatchObject([{ count: 1, failed: 0, rejected: 2 }]);
    clock.advance(20 * 60_000);
    await settled();
    await small.engine.purge();
    await small.ended(await small.start(flow));
    await small.engine.stop(AbortSignal.abort());
  });

  it('has definitions removed that no stored run is pinned to', async () => {
    const needed: ReadonlySet<string>[] = [];
    const own = new TestFlows(storage, clock, {
      sweepDefinitions: async (pinned) => void needed.push(await pinned([flow.definition, 'other'])),
    });
    await own.engine.start();
    const answer = Promise.withResolvers<Record<string, never>>();
    own.functions.set('a', () => answer.promise);
    const flow = own.save(definitionOf('f', [call('a')]));
    const run = await own.start(flow);
    await own.engine.purge();
    answer.resolve({});
    await own.ended(run);
    // the flow is no row of the database: its runs go
    await own.engine.purge();
    expect(needed).toEqual([new Set([flow.definition]), new Set()]);
    await own.engine.stop(AbortSignal.abort());
  });

  it('does not call a function that its identity may not call', async () => {
    flows.functions.set('a', () => ({}));
    flows.refusal = 'the user may not';
    const { status, events } = await run(definitionOf('f', [call('a')]));
    expect(status).toBe('fail');
    expect(events.at(-1)).toMatchObject({ error: { error_code: 'forbidden', status: 403 } });
    expect(flows.calls).toEqual([]);
  });

  it('runs at once although thousands of runs wait', { timeout: 60_000 }, async () => {
    const waiting = flows.save(definitionOf('w', [{ id: 'w', name: 'w', kind: 'wait', seconds: 3_600 }, call('a')]));
    await Promise.all(Array.from({ length: 2_500 }, () => flows.start(waiting)));
    flows.functions.set('a', () => ({}));
    const id = await flows.start(flows.save(definitionOf('f', [call('a')])));
    expect((await flows.ended(id)).status).toBe('success');
    expect(flows.engine.active.size).toBeLessThanOrEqual(2_000);
  });

  it('ends all of more due runs than it reads at once, without another look', { timeout: 60_000 }, async () => {
    flows.functions.set('a', () => ({}));
    const waiting = flows.save(definitionOf('w', [{ id: 'w', name: 'w', kind: 'wait', seconds: 3_600 }, call('a')]));
    const ids = await Promise.all(Array.from({ length: 2_100 }, () => flows.start(waiting)));
    while (flows.engine.active.size > 0) {
      clock.advance(10_000);
      await settled();
    }
    clock.advance(3_600_000);
    const ends = await Promise.all(ids.map((id) => flows.ended(id)));
    expect(ends.filter(({ status }) => status !== 'success')).toEqual([]);
  });

  it('waits while a function is overloaded', async () => {
    let left = 3;
    flows.functions.set('a', () => {
      left -= 1;
      if (left > 0) throw new PlatformError('overloaded', 'full');
      return {};
    });
    const id = await flows.start(flows.save(definitionOf('f', [call('a')])));
    for (let n = 0; n < 5; n += 1) {
      await settled();
      clock.advance(1_000);
    }
    expect((await flows.ended(id)).status).toBe('success');
    expect(new Set(flows.calls.map(({ requestId }) => requestId)).size).toBe(1);
  });
});

describe('reading', () => {
  it('shows each node with its tries, inputs and outputs', async () => {
    let tries = 0;
    flows.functions.set('a', (input) => {
      tries += 1;
      if (tries === 1) throw new FunctionError('once');
      return { got: input, large: 'x'.repeat(100_000) };
    });
    flows.functions.set('b', () => ({ done: true }));
    const nodes: FlowNode[] = [
      call('a', 'a', { input_filter: { n: '$.n' } }),
      { id: 'e', name: 'e', kind: 'error', retries: [{ interval_seconds: 1, max_retries: 3 }] },
      call('b', 'b', { output_filter: { ok: '$.done' } }),
    ];
    const links = [
      { from: 'start', to: 'a' },
      { from: 'a', to: 'e' },
      { from: 'a', to: 'b' },
    ];
    const flow = flows.save(definitionOf('f', nodes, { links }));
    const id = await flows.start(flow, { n: 5 });
    await settled();
    clock.advance(1_000);
    await flows.ended(id);
    const service = new RunService(flows.engine);
    const short = await service.show(flow, id, { full: false });
    expect(short).toMatchObject({
      id,
      status: 'success',
      input: { n: 5 },
      output: { ok: true },
      nodes: [
        { nodeId: 'a', executions: [{ status: 'fail', input: { n: 5 } }, { status: 'success' }] },
        { nodeId: 'b', executions: [{ status: 'success', output: { ok: true } }] },
      ],
    });
    expect(short.nodes[0]?.executions[1]).not.toHaveProperty('output');
    const ids = short.nodes.flatMap(({ executions }) => executions.map(({ requestId }) => requestId));
    expect(ids).toEqual(flows.calls.map(({ requestId }) => requestId));
    const full = await service.show(flow, id, { full: true });
    expect(full.nodes[0]?.executions[1]?.output).toMatchObject({ got: { n: 5 } });
    await expect(service.show({ ...flow, id: 'g' }, id, { full: false })).rejects.toMatchObject({
      code: 'flow_run_not_found',
    });
    expect(await service.list(flow, { from: 0, to: clock.now() + 1, offset: 0, limit: 10 })).toMatchObject({
      total: 1,
      runs: [{ id, status: 'success', startedBy: 'ann' }],
    });
  });

  it('follows the log from any event to the end of the run', async () => {
    let end = (): void => {};
    flows.functions.set(
      'a',
      () =>
        new Promise((resolve) => {
          end = () => resolve({});
        }),
    );
    const flow = flows.save(definitionOf('f', [call('a')]));
    const id = await flows.start(flow);
    const service = new RunService(flows.engine);
    const signal = new AbortController().signal;
    const seen: string[] = [];
    const following = (async () => {
      for await (const { seq, event } of await service.follow(flow, id, 0, signal)) seen.push(`${seq} ${event.type}`);
    })();
    await settled();
    expect(seen).toEqual(['1 node_started']);
    end();
    await following;
    const all = (await flows.events(id)).map(({ type }, seq) => `${seq} ${type}`);
    expect(seen).toEqual(all.slice(1));
  });
});
