import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { LogFilter, LogLine } from '../types.ts';
import { type Connections, TAIL_PATH } from './ask-nodes.ts';
import { lineOf } from './node-calls.ts';

/** Of all clients that follow logs here; connections between servers carry calls, too. */
const MAX_STREAMS = 64;
/** Above the length of a line of the log in JSON. */
const MAX_LINE_BYTES = 1024 * 1024;
const AGAIN_MS = 1_000;
/** The other server sends at least a newline every ten seconds. */
const SILENT_MS = 30_000;

export interface RemoteTailsOptions {
  readonly nodes: Nodes;
  readonly connections: Connections | undefined;
  readonly clock: Clock;
}

type OnLines = (lines: readonly LogLine[]) => void;

/** Live lines of other servers. */
export class RemoteTails {
  readonly #options: RemoteTailsOptions;
  #streams = 0;

  constructor(options: RemoteTailsOptions) {
    this.#options = options;
  }

  /** Calls `onLines` with the lines of all other servers, also of those that come later. Returns what ends it. */
  follow(filter: LogFilter, onLines: OnLines): () => void {
    const { nodes } = this.#options;
    const followed = new Map<string, AbortController>();
    const look = (): void => {
      const homes = new Set(nodes.others.map(({ home }) => home));
      for (const [home, end] of followed) {
        if (homes.has(home)) continue;
        followed.delete(home);
        end.abort();
      }
      for (const { home } of nodes.others) {
        if (followed.has(home)) continue;
        const end = new AbortController();
        followed.set(home, end);
        void this.#keepFollowing(home, filter, { onLines, signal: end.signal });
      }
    };
    const stopListening = nodes.onChange(look);
    look();
    return () => {
      stopListening();
      for (const end of followed.values()) end.abort();
    };
  }

  async #keepFollowing(
    home: string,
    filter: LogFilter,
    { onLines, signal }: { readonly onLines: OnLines; readonly signal: AbortSignal },
  ): Promise<void> {
    let isNoted = false;
    while (!signal.aborted) {
      const node = this.#options.nodes.others.find((one) => one.home === home);
      if (node === undefined) return;
      await this.#stream(node, filter, {
        signal,
        onLines: (lines) => {
          isNoted = false;
          onLines(lines);
        },
      }).catch(() => {});
      if (signal.aborted) return;
      if (!isNoted) onLines([this.#missingLine(filter, node)]);
      isNoted = true;
      await this.#pause(signal);
    }
  }

  /** Until the other server ends it, falls silent or `signal` aborts; rejects mostly. */
  async #stream(
    node: ClusterNode,
    filter: LogFilter,
    { onLines, signal }: { readonly onLines: OnLines; readonly signal: AbortSignal },
  ): Promise<void> {
    const { connections, clock } = this.#options;
    if (connections === undefined || this.#streams >= MAX_STREAMS) return;
    const silent = new AbortController();
    let watch: Timer | undefined;
    const heard = (): void => {
      watch?.cancel();
      watch = clock.after(SILENT_MS, () => silent.abort());
    };
    this.#streams += 1;
    try {
      heard();
      const { status, body } = await connections.request(node, {
        method: 'POST',
        path: TAIL_PATH,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(filter)),
        signal: AbortSignal.any([signal, silent.signal]),
      });
      if (status !== 200) {
        body.destroy();
        return;
      }
      let rest: Buffer = Buffer.alloc(0);
      for await (const chunk of body) {
        heard();
        const bytes = Buffer.concat([rest, chunk as Buffer]);
        const end = bytes.lastIndexOf('\n') + 1;
        rest = bytes.subarray(end);
        if (rest.length > MAX_LINE_BYTES) return void body.destroy();
        const lines = linesIn(bytes.subarray(0, end), filter);
        if (lines.length > 0) onLines(lines);
      }
    } finally {
      watch?.cancel();
      this.#streams -= 1;
    }
  }

  #missingLine({ functionKey }: LogFilter, { name }: ClusterNode): LogLine {
    const message = `lines of the server ${name} are missing here: it cannot be reached`;
    const none = { version: '', requestId: '', instanceId: '' };
    return { ...none, time: this.#options.clock.now(), functionKey, level: 'WARN', message };
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(AGAIN_MS, end);
      function end(): void {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      }
      signal.addEventListener('abort', end);
    });
  }
}

function linesIn(bytes: Buffer, filter: LogFilter): LogLine[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((text) => {
      const line = text === '' ? undefined : lineOf(JSON.parse(text), filter);
      return line === undefined ? [] : [line];
    });
}
