import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startTwoTestNodes, type TestNode } from '../../cluster/testing.ts';
import { systemClock } from '../../lib/clock.ts';
import { SUMMARY_PATH } from './nodes.ts';
import type { Summary } from './summary.ts';
import { SummaryListener } from './summary-listener.ts';
import { SummaryStream } from './summary-stream.ts';

const summary = (number: number): Summary => {
  return {
    boot: 'b',
    number,
    whole: number === 1,
    closing: false,
    roomMb: 1,
    withinMs: 400,
    keys: [['k', number, 0, 0]],
  };
};

describe('the messages of a node about itself', () => {
  let nodes: readonly [TestNode, TestNode] | undefined;

  afterEach(async () => {
    await Promise.all(nodes?.map((node) => node.stop()) ?? []);
  });

  async function twoNodes() {
    const [first, second] = await startTwoTestNodes();
    nodes = [first, second];
    const heard: number[] = [];
    const requests: IncomingMessage[] = [];
    const listener = new SummaryListener({ nodes: second.nodes, onSummary: (_, { number }) => heard.push(number) });
    second.listener.route(
      'POST',
      SUMMARY_PATH,
      (request, response, from) => {
        requests.push(request);
        listener.receive(request, response, from);
      },
      { body: 'stream' },
    );
    const begin = () => new SummaryStream({ node: second.node, connections: first.connections, clock: systemClock });
    return { first, second, listener, heard, requests, begin };
  }

  it('are all in one request, each answered once it was read', async () => {
    const { heard, requests, begin } = await twoNodes();
    const stream = begin();
    for (const number of [1, 2, 3]) {
      expect(await stream.tell(summary(number))).toBe(true);
      expect(heard.at(-1)).toBe(number);
    }
    expect(heard).toEqual([1, 2, 3]);
    expect(requests).toHaveLength(1);
    stream.end();
  });

  it('take the place of those of an earlier stream of the same node', async () => {
    const { requests, begin } = await twoNodes();
    const stream = begin();
    await stream.tell(summary(1));
    const ended = new Promise<void>((resolve) => requests[0]?.once('close', resolve));
    const again = begin();
    expect(await again.tell(summary(1))).toBe(true);
    await ended;
    expect(await stream.tell(summary(2))).toBe(false);
    expect(stream.isOver).toBe(true);
    expect(await again.tell(summary(2))).toBe(true);
    again.end();
  });

  it('are not heard by a node that stops', async () => {
    const { listener, begin } = await twoNodes();
    const stream = begin();
    await stream.tell(summary(1));
    listener.stop();
    expect(await stream.tell(summary(2))).toBe(false);
    expect(await begin().tell(summary(1))).toBe(false);
  });

  it('are not heard once the sender is no member any more', async () => {
    const { second, heard, begin } = await twoNodes();
    const stream = begin();
    await stream.tell(summary(1));
    second.nodes.set([]);
    expect(await stream.tell(summary(2))).toBe(false);
    expect(heard).toEqual([1]);
  });

  it('end where one is no message', async () => {
    const { heard, begin } = await twoNodes();
    expect(await begin().tell({ ...summary(1), roomMb: -1 })).toBe(false);
    expect(await begin().tell({ ...summary(1), boot: 'b'.repeat(200_000) })).toBe(false);
    expect(heard).toEqual([]);
  });

  it('are not heard by a node that does not answer, and the next stream is another request', async () => {
    const { second, heard, begin, listener } = await twoNodes();
    second.listener.route('POST', SUMMARY_PATH, () => {}, { body: 'stream' });
    const stream = begin();
    expect(await stream.tell(summary(1))).toBe(false);
    expect(stream.isOver).toBe(true);
    second.listener.route('POST', SUMMARY_PATH, listener.receive, { body: 'stream' });
    const again = begin();
    expect(await again.tell(summary(1))).toBe(true);
    expect(heard).toEqual([1]);
    again.end();
  });
});
