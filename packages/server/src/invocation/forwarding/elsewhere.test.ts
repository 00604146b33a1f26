import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeAnswer } from '../../cluster/index.ts';
import { TestNodes, TestShare } from '../../cluster/testing.ts';
import type { ClusterNode } from '../../cluster/types.ts';
import type { VersionSnapshot } from '../../control/index.ts';
import { type LaunchSpec, Pool } from '../../instances/index.ts';
import type { Lease } from '../../instances/pool/lease.ts';
import { FakeSandboxDriver } from '../../instances/sandbox/fake/index.ts';
import { startInstance } from '../../instances/start/start-instance.ts';
import { TEST_LIMITS, testSpec, testStartDeps } from '../../instances/testing.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { InvocationResult } from '../types.ts';
import { CALL_HEADER, parseHead } from './call-head.ts';
import { meets } from './choice.ts';
import { Elsewhere, NoneElsewhere } from './elsewhere.ts';
import { SummaryBoard } from './summary-board.ts';
import { SummaryFeed } from './summary-feed.ts';

const SELF = { home: 'here', name: 'here' } as ClusterNode;
const OTHER = { home: 'there', name: 'there' } as ClusterNode;
const SNAPSHOT = { functionId: 'f', version: 'latest', returnStream: false } as VersionSnapshot;
const URN = { region: 'r1', projectId: 'p1', package: 'default', name: 'hello' };
const CROWD = 40;
const ANSWER_WITHOUT_END = {
  status: 200,
  body: new Readable({ read() {} }).setMaxListeners(0),
} as unknown as NodeAnswer;
const REFUSAL = { status: 409, body: Readable.from([]).setMaxListeners(0) } as unknown as NodeAnswer;
/** Four instances of the function on all servers, each with one request. */
const SPEC = testSpec({ maxInstances: 4, concurrency: 1 });

/** One server: its pool, what it may have of the limit, and the requests that it runs until the end of the test. */
class Server {
  readonly share: TestShare;
  readonly pool: Pool;
  readonly held: Lease[] = [];
  starts = 0;

  constructor(clock: ManualClock, folder: string, { share, memoryMb }: { share: TestShare; memoryMb: number }) {
    const deps = testStartDeps(new FakeSandboxDriver({ handler: (event) => event }), folder, clock);
    this.share = share;
    this.pool = new Pool({
      start: (spec, signal) => {
        this.starts += 1;
        return startInstance(spec, deps, signal);
      },
      clock,
      limits: { ...TEST_LIMITS, memoryMb, maxWaiting: 1_000 },
      share,
      log: pino({ level: 'silent' }),
    });
  }

  async hold(count: number, spec = SPEC): Promise<void> {
    for (let at = 0; at < count; at += 1) this.held.push(await this.pool.acquire(spec));
  }

  run(spec: LaunchSpec): void {
    this.pool.acquire(spec).then(
      (lease) => this.held.push(lease),
      () => {},
    );
  }
}

let folder: string;
let clock: ManualClock;
let servers: Server[];
/** Claims that the second server was sent, and whether it took the call. */
let claims: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fge-'));
  clock = new ManualClock();
  [servers, claims] = [[], []];
});
afterEach(async () => {
  await Promise.all(servers.map(({ pool }) => pool.stop(AbortSignal.abort())));
  rmSync(folder, { recursive: true, force: true });
});

function server(share: TestShare, memoryMb = 100_000): Server {
  const made = new Server(clock, folder, { share, memoryMb });
  servers.push(made);
  return made;
}

/** Sends a crowd to the first server, of which the second one has just reported. Returns how many calls stayed. */
async function crowd(first: Server, second: Server, spec = SPEC): Promise<number> {
  const { call } = calls(first, second, spec);
  let stayed = 0;
  for (let at = 0; at < CROWD; at += 1) {
    void call().then((result) => {
      if (result !== undefined) return;
      stayed += 1;
      first.run(spec);
    });
    // each call sees what became of those before
    await new Promise((resolve) => setImmediate(resolve));
  }
  return stayed;
}

/** `report`: the second server reports what it has now, as it has just done. */
function calls(
  first: Server,
  second: Server,
  spec = SPEC,
): { readonly call: () => Promise<InvocationResult | undefined>; readonly report: () => void } {
  const nodes = new TestNodes(SELF);
  nodes.set([OTHER]);
  const board = new SummaryBoard();
  const feed = new SummaryFeed('boot');
  const report = (): void => {
    const summary = feed.next({ ...second.pool.offer(), bursts: [] }, false, clock.monotonic());
    if (summary === undefined) throw new Error('no summary');
    board.receive('there', summary, clock.monotonic());
  };
  report();
  const elsewhere = new Elsewhere({
    ...{
      nodes,
      board,
      clock,
      pool: first.pool,
      share: first.share,
      hops: { add: () => {}, withCall: () => [] },
      changes: { at: 0 },
      maxWaitMs: TEST_LIMITS.maxWaitMs,
      random: () => 0,
    },
    connections: {
      request: async (_, { headers = {} }) => {
        const claim = parseHead(String(headers[CALL_HEADER]))?.claim ?? 'slot';
        const isTaken = second.pool.hasSlot(spec, undefined) || meets(claim, second.pool.outlook(spec, undefined));
        claims.push(`${claim} ${isTaken ? 'taken' : 'refused'}`);
        if (isTaken) second.run(spec);
        return isTaken ? ANSWER_WITHOUT_END : REFUSAL;
      },
    },
  });
  const call = (): Promise<InvocationResult | undefined> => {
    const request = { urn: URN, event: Buffer.from('{}'), requestId: 'r', attempt: 1, tail: false };
    const from = { routed: { snapshot: SNAPSHOT, alias: '' }, spec, laneBytes: undefined, waitedMs: 0 };
    return elsewhere.call({ ...from, request: { ...request, mode: 'sync', receivedAt: clock.monotonic() } });
  };
  return { call, report };
}

describe('a crowd at a server that may start no more instances', () => {
  it('starts none elsewhere, where the limit is the same', async () => {
    const first = server(new TestShare(4));
    const second = server(new TestShare(0, 4));
    await first.hold(4);
    expect(await crowd(first, second)).toBe(CROWD);
    expect(claims).toEqual([]);
    expect([first.starts, second.starts, second.share.requests]).toEqual([4, 0, 0]);
  });

  it('and has none waits where they are, and is not sent in vain', async () => {
    const first = server(new TestShare(0));
    const second = server(new TestShare(4));
    await second.hold(4);
    expect(await crowd(first, second)).toBe(0);
    expect(new Set(claims)).toEqual(new Set(['wait taken']));
    expect([first.starts, second.starts]).toEqual([0, 4]);
  });

  it.each([
    ['waits where they are when its share does not grow', 0, 0, 'wait taken'],
    ['stays when its share grows', 2, CROWD, undefined],
  ])('and has none, as far as it knows, %s', async (_, grown, stays, sent) => {
    const first = server(new TestShare(0, 4));
    const second = server(new TestShare(2));
    await second.hold(2);
    first.share.onAsk = () => {
      first.share.hope = grown;
      first.share.parts = grown;
    };
    expect(await crowd(first, second)).toBe(stays);
    expect([...new Set(claims)]).toEqual(sent === undefined ? [] : [sent]);
    expect(second.starts).toBe(2);
    expect(first.share.requests).toBeGreaterThan(0);
  });

  it('for lack of memory waits where they are, once it was refused one there', async () => {
    const other = testSpec({ key: 'other:1', functionKey: 'other', maxInstances: 1, memoryMb: SPEC.memoryMb });
    const first = server(new TestShare(4), SPEC.memoryMb);
    const second = server(new TestShare(4));
    await first.hold(1, other);
    await second.hold(4);
    expect(await crowd(first, second)).toBe(0);
    expect(claims).toEqual(['start refused', ...Array.from({ length: CROWD }, () => 'wait taken')]);
    expect(second.starts).toBe(4);
  });
});

describe('a call at a server that may start no instance, while others have none yet', () => {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await turns();
    }
  };

  it('goes to the first instance that another server reports', async () => {
    const second = server(new TestShare(4));
    const { call, report } = calls(server(new TestShare(0)), second);
    void call();
    await pass(500);
    expect(claims).toEqual([]);
    await second.hold(1);
    report();
    await pass(200);
    expect(claims).toEqual(['wait taken']);
  });

  it('stays when its share has grown, and where other versions have instances that may make room', async () => {
    const first = server(new TestShare(0));
    const { call } = calls(first, server(new TestShare(4)));
    const grown = call();
    await pass(500);
    first.share.parts = 1;
    await pass(200);
    expect(await grown).toBeUndefined();
    await first.hold(1, { ...SPEC, key: 'other version' });
    expect(await call()).toBeUndefined();
    expect(claims).toEqual([]);
  });

  it('is refused after the longest wait', async () => {
    const { call } = calls(server(new TestShare(0)), server(new TestShare(4)));
    const refused = call().catch((error: unknown) => error);
    await pass(TEST_LIMITS.maxWaitMs - 100);
    expect(await Promise.race([refused, 'waits'])).toBe('waits');
    await pass(300);
    expect(await refused).toBeInstanceOf(NoneElsewhere);
    expect(await refused).toMatchObject({ message: expect.stringContaining('other servers have the') });
  });

  it('starts one on another server, when its own cannot get more of the limit', async () => {
    const cutOff = new TestShare(0);
    cutOff.isFixed = true;
    void calls(server(cutOff), server(new TestShare(4))).call();
    await pass(200);
    expect(claims).toEqual(['start taken']);
  });

  it('is told when its own server cannot get more of the limit, and no other one may start an instance', async () => {
    const cutOff = new TestShare(0);
    cutOff.isFixed = true;
    const refused = calls(server(cutOff), server(new TestShare(0)))
      .call()
      .catch((error: unknown) => error);
    await pass(TEST_LIMITS.maxWaitMs + 200);
    expect(claims).toEqual(['start refused']);
    expect(await refused).toMatchObject({ message: expect.stringContaining('does not reach the database') });
  });
});

it('a crowd at a server that may start instances stays there', async () => {
  const first = server(new TestShare(2, 4));
  const second = server(new TestShare(0, 4));
  expect(await crowd(first, second)).toBe(CROWD);
  expect(claims).toEqual([]);
  await expect.poll(() => first.held.length, { timeout: 120_000, interval: 5 }).toBe(2);
});
