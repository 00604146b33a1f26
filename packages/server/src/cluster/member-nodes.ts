import { isDeepStrictEqual } from 'node:util';
import type { Membership, ServerRow } from '../storage/index.ts';
import type { ClusterNode, Nodes } from './types.ts';

type Members = Pick<Membership, 'self' | 'live' | 'onChange' | 'look'>;

/** The nodes of a cluster by the membership of its servers. */
export class MemberNodes implements Nodes {
  readonly #members: Members;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #self: ClusterNode;
  #others: readonly ClusterNode[] = [];
  #byHome: ReadonlyMap<string, ClusterNode> = new Map();

  constructor(members: Members) {
    this.#members = members;
    this.#self = nodeOf(members.self);
    this.#read();
    this.#stopListening = members.onChange(() => {
      if (!this.#read()) return;
      for (const listener of this.#listeners) listener();
    });
  }

  get self(): ClusterNode {
    return this.#self;
  }

  get others(): readonly ClusterNode[] {
    return this.#others;
  }

  /** Another node by its data directory. */
  find(home: string): ClusterNode | undefined {
    return this.#byHome.get(home);
  }

  /** As `find`, but reads the rows of all servers again for a node that is not known. Rejects never. */
  async findNow(home: string): Promise<ClusterNode | undefined> {
    const known = this.find(home);
    if (known !== undefined) return known;
    await this.#members.look();
    this.#read();
    return this.find(home);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    this.#stopListening();
    this.#listeners.clear();
  }

  /** False when nothing changed. */
  #read(): boolean {
    const self = nodeOf(this.#members.self);
    const others = this.#members.live.map(nodeOf).sort((a, b) => (a.home < b.home ? -1 : 1));
    if (isDeepStrictEqual(self, this.#self) && isDeepStrictEqual(others, this.#others)) return false;
    this.#self = self;
    this.#others = others;
    this.#byHome = new Map(others.map((node) => [node.home, node]));
    return true;
  }
}

function nodeOf({ id, home, name, version, description, draining }: ServerRow): ClusterNode {
  return {
    ...{ id, home, name, version, draining },
    address: description?.address ?? undefined,
    runtimes: description?.runtimes ?? [],
    memoryMb: description?.memoryMb ?? 0,
    processors: description?.processors ?? 0,
  };
}
