import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/clock.ts';
import { Sealer } from '../lib/sealer.ts';
import type { LimitShare } from './budgets/types.ts';
import { ClusterListener } from './transport/listener.ts';
import { NodeConnections } from './transport/node-connections.ts';
import { Authority } from './trust/authority.ts';
import { Credentials } from './trust/credentials.ts';
import type { ClusterNode, Nodes } from './types.ts';

/** An authority that is stored nowhere. */
export function testAuthority(clock: Clock = systemClock): Promise<Authority> {
  let sealed: string | undefined;
  const store = {
    find: () => Promise.resolve(sealed),
    add: (row: string) => {
      sealed = row;
      return Promise.resolve();
    },
  };
  return Authority.open({ store, sealer: new Sealer(randomBytes(32)), clock });
}

/** Nodes that tests set. */
export class TestNodes implements Nodes {
  self: ClusterNode;
  others: readonly ClusterNode[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(self: ClusterNode) {
    this.self = self;
  }

  find(home: string): ClusterNode | undefined {
    return this.others.find((node) => node.home === home);
  }

  findNow(home: string): Promise<ClusterNode | undefined> {
    return Promise.resolve(this.find(home));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(others: readonly ClusterNode[]): void {
    this.others = others;
    for (const listener of this.#listeners) listener();
  }
}

/** A node with a listener on loopback, without a server behind it. Register routes, then use `peers` of the others. */
export interface TestNode {
  readonly nodes: TestNodes;
  readonly listener: ClusterListener;
  readonly connections: NodeConnections;
  readonly credentials: Credentials;
  readonly node: ClusterNode;
  stop(): Promise<void>;
}

export async function startTestNode(
  authority: Authority,
  parts: Partial<ClusterNode> = {},
  clock: Clock = systemClock,
): Promise<TestNode> {
  const home = parts.home ?? randomUUID();
  const starting = testClusterNode({ home, ...parts });
  const nodes = new TestNodes(starting);
  const credentials = await Credentials.open({ authority, home, clock, onError: () => {} });
  const listener = new ClusterListener({ credentials, nodes, clock, log: pino({ level: 'silent' }) });
  const port = await listener.listen('127.0.0.1', 0);
  const node = { ...starting, address: `127.0.0.1:${port}` };
  nodes.self = node;
  const connections = new NodeConnections({ credentials, nodes });
  const stop = async (): Promise<void> => {
    connections.stop();
    credentials.stop();
    await listener.stop();
  };
  return { nodes, listener, connections, credentials, node, stop };
}

/** Two nodes with certificates of one authority that know each other. */
export async function startTwoTestNodes(): Promise<readonly [TestNode, TestNode]> {
  const authority = await testAuthority();
  const first = await startTestNode(authority, { name: 'first' });
  const second = await startTestNode(authority, { name: 'second' });
  first.nodes.set([second.node]);
  second.nodes.set([first.node]);
  return [first, second];
}

export function testClusterNode(parts: Partial<ClusterNode> = {}): ClusterNode {
  return {
    ...{ id: randomUUID(), home: randomUUID(), name: 'node', version: '1', address: undefined },
    ...{ runtimes: [], memoryMb: 1024, processors: 2, draining: false },
    ...parts,
  };
}

/** A share that tests set. */
export class TestShare implements LimitShare {
  isPaused = false;
  isFixed = false;
  requests = 0;
  parts: number;
  /** What it may grow to; no more than it is unless set. */
  hope: number | undefined;
  onAsk: () => void = () => {};

  constructor(parts: number, hope?: number) {
    this.parts = parts;
    this.hope = hope;
  }

  of(): number {
    return this.parts;
  }

  couldBe(): number {
    return this.hope ?? this.parts;
  }

  ask(): undefined {
    this.requests += 1;
    this.onAsk();
  }
}
