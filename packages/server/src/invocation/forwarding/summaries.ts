import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterNode, NodeConnections, Nodes } from '../../cluster/index.ts';
import type { Offer } from '../../instances/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { readExactly } from './forwarded-body.ts';
import { SUMMARY_PATH } from './nodes.ts';
import { parseSummary, SUMMARY_EVERY_MS, type Summary } from './summary.ts';
import type { SummaryBoard } from './summary-board.ts';
import { SummaryFeed } from './summary-feed.ts';

interface SummariesOptions {
  readonly nodes: Nodes;
  readonly connections: Pick<NodeConnections, 'request'>;
  readonly board: SummaryBoard;
  readonly offer: () => Offer;
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
  /** The message under way. */
  telling: Promise<void> | undefined;
}

/** An answer takes no longer; the next message begins anew. */
const ANSWER_MS = 1_000;

/** Tells every other node five times a second what changed here, and notes what they tell. Nothing happens without others. */
export class Summaries {
  readonly #options: SummariesOptions;
  readonly #links = new Map<string, Link>();
  readonly #stopListening: () => void;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: SummariesOptions) {
    this.#options = options;
    this.#stopListening = options.nodes.onChange(() => this.#follow());
    this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#stopListening();
  }

  /** Resolves when every reachable node has heard the present state. */
  async flush(): Promise<void> {
    const { nodes, offer } = this.#options;
    const now = offer();
    await Promise.all(nodes.others.map((node) => this.#links.get(node.home)?.telling));
    await Promise.all(nodes.others.map((node) => this.#tell(node, now)));
  }

  /** A message of another node. The listener has identified the node and limited the bytes. */
  readonly receive = async (
    request: IncomingMessage,
    response: ServerResponse,
    { home }: ClusterNode,
  ): Promise<void> => {
    const { board, clock } = this.#options;
    const body = await readExactly(request, Number(request.headers['content-length'] ?? 0)).catch(() => undefined);
    const summary = body === undefined ? undefined : parseSummary(body);
    if (summary !== undefined) board.receive(home, summary, clock.monotonic());
    if (!response.destroyed) response.writeHead(summary === undefined ? 400 : 204).end();
  };

  #follow(): void {
    const { nodes, board } = this.#options;
    const present = new Set(nodes.others.map(({ home }) => home));
    for (const home of this.#links.keys()) {
      if (present.has(home)) continue;
      this.#links.delete(home);
      board.remove(home);
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
  #tell(node: ClusterNode, offer: Offer): Promise<void> {
    const { boot, closing, clock } = this.#options;
    const link = this.#links.get(node.home) ?? { feed: new SummaryFeed(boot), telling: undefined };
    this.#links.set(node.home, link);
    if (link.telling !== undefined) return link.telling;
    const message = link.feed.next(offer, closing.aborted, clock.monotonic());
    if (message === undefined) return Promise.resolve();
    link.telling = this.#send(node, message).then((isHeard) => {
      if (!isHeard) link.feed.failed();
      link.telling = undefined;
    });
    return link.telling;
  }

  async #send(node: ClusterNode, message: Summary): Promise<boolean> {
    const { connections, clock } = this.#options;
    const body = Buffer.from(JSON.stringify(message));
    const stop = new AbortController();
    const late = clock.after(ANSWER_MS, () => stop.abort(new Error('no answer in time')));
    try {
      const { signal } = stop;
      const answer = await connections.request(node, { method: 'POST', path: SUMMARY_PATH, body, signal });
      answer.body.on('error', () => {}).resume();
      return answer.status === 204;
    } catch {
      return false;
    } finally {
      late.cancel();
    }
  }
}
