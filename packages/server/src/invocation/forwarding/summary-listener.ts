import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import { MAX_SUMMARY_BYTES, parseSummary, type Summary } from './summary.ts';

const HEARD = '.';
const NEWLINE = 10;

interface ListenerOptions {
  readonly nodes: Pick<Nodes, 'others'>;
  readonly onSummary: (home: string, summary: Summary) => void;
}

/** Reads the messages of other nodes, one stream of each. */
export class SummaryListener {
  readonly #options: ListenerOptions;
  /** By the home of the node. */
  readonly #streams = new Map<string, ServerResponse>();
  #stopped = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** The door for other nodes has identified the node; bytes are counted here. */
  readonly receive = (request: IncomingMessage, response: ServerResponse, { home }: ClusterNode): void => {
    if (this.#stopped) {
      response.writeHead(503, { connection: 'close' }).end();
      return;
    }
    // a node has one stream: a second one means that it no longer uses the first
    this.#streams.get(home)?.destroy();
    this.#streams.set(home, response);
    response.once('close', () => {
      if (this.#streams.get(home) === response) this.#streams.delete(home);
    });
    response.writeHead(200);
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    request.on('data', (bytes: Buffer) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        const isGood = this.#read(home, rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        if (!isGood) {
          response.destroy();
          return;
        }
        response.write(HEARD);
      }
      if (rest.length > MAX_SUMMARY_BYTES) response.destroy();
    });
    request.once('end', () => response.end());
  };

  /** Ends the streams, and refuses others. */
  stop(): void {
    this.#stopped = true;
    for (const response of this.#streams.values()) response.destroy();
  }

  /** False for what no member sends. */
  #read(home: string, line: Buffer): boolean {
    const { nodes, onSummary } = this.#options;
    // it may have left since the stream began
    const summary = nodes.others.some((node) => node.home === home) ? parseSummary(line) : undefined;
    if (summary === undefined) return false;
    onSummary(home, summary);
    return true;
  }
}
