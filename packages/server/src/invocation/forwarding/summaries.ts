import type { ClusterNode, NodeConnections, Nodes } from '../../cluster/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Hop, HopReports } from './hop-reports.ts';
import { SUMMARY_EVERY_MS } from './summary.ts';
import type { SummaryBoard } from './summary-board.ts';
import { type NodeOffer, SummaryFeed } from './summary-feed.ts';
import { SummaryListener } from './summary-listener.ts';
import { SummaryStream } from './summary-stream.ts';

interface SummariesOptions {
  readonly nodes: Nodes;
  readonly connections: Pick<NodeConnections, 'request'>;
  readonly board: SummaryBoard;
  /** For others. */
  readonly hops: HopReports;
  /** Of calls that this node ran. */
  readonly onHops: (hops: readonly Hop[]) => void;
  readonly offer: () => NodeOffer;
  /** Id of this run of the server. */
  readonly boot: string;
  /** Aborts when this node takes no more calls of others. */
  readonly closing: AbortSignal;
  readonly clock: Clock;
  /** Called after each look at what to send. */
  readonly onTick: () => void;
}

interface Link {
  readonly feed: SummaryFeed;
  stream: SummaryStream;
  /** The message under way. */
  telling: Promise<void> | undefined;
}

/** Sends every other node what changed here, at most five times a second, and records what they send. Idle without others. */
export class Summaries {
  readonly #options: SummariesOptions;
  readonly #links = new Map<string, Link>();
  readonly #listener: SummaryListener;
  readonly #stopListening: () => void;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: SummariesOptions) {
    this.#options = options;
    const { nodes, board, clock, onHops } = options;
    this.#listener = new SummaryListener({
      nodes,
      onSummary: (home, summary) => {
        board.receive(home, summary, clock.monotonic());
        if (summary.hops !== undefined) onHops(summary.hops);
      },
    });
    this.#stopListening = options.nodes.onChange(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#stopListening();
    this.#listener.stop();
    for (const { stream } of this.#links.values()) stream.end();
  }

  /** Resolves when every reachable node has heard the present state. This one hears no others any more. */
  async close(): Promise<void> {
    const { nodes, offer } = this.#options;
    const now = offer();
    await Promise.all(nodes.others.map((node) => this.#links.get(node.home)?.telling));
    await Promise.all(nodes.others.map((node) => this.#tell(node, now)));
    this.#listener.stop();
  }

  /** The messages of another node. */
  get receive(): SummaryListener['receive'] {
    return this.#listener.receive;
  }

  #follow(): void {
    const { nodes, board, hops } = this.#options;
    const present = new Set(nodes.others.map(({ home }) => home));
    for (const [home, { stream }] of this.#links) {
      if (present.has(home)) continue;
      stream.end();
      this.#links.delete(home);
      board.remove(home);
      hops.remove(home);
    }
    if (present.size > 0 && this.#timer === undefined) this.#tick();
  }

  #tick(): void {
    this.#timer = undefined;
    const { nodes, offer, clock, onTick } = this.#options;
    if (this.#stopped || nodes.others.length === 0) return;
    const now = offer();
    for (const node of nodes.others) void this.#tell(node, now);
    onTick();
    this.#timer = clock.after(SUMMARY_EVERY_MS, () => this.#tick());
  }

  /** One message at a time: a receiver ignores those that arrive late. */
  #tell(node: ClusterNode, offer: NodeOffer): Promise<void> {
    const { boot, closing, clock, connections, hops } = this.#options;
    const begin = (): SummaryStream => new SummaryStream({ node, connections, clock });
    const link = this.#links.get(node.home) ?? { feed: new SummaryFeed(boot), stream: begin(), telling: undefined };
    this.#links.set(node.home, link);
    if (link.telling !== undefined) return link.telling;
    const message = link.feed.next(offer, closing.aborted, clock.monotonic(), hops.next(node.home));
    if (message === undefined) return Promise.resolve();
    if (link.stream.isOver) link.stream = begin();
    link.telling = link.stream.tell(message).then((isHeard) => {
      if (isHeard) hops.heard(node.home, message.hops?.length ?? 0);
      else link.feed.failed();
      link.telling = undefined;
    });
    return link.telling;
  }
}
