import { connect, type Socket } from 'node:net';

/**
 * Closed-loop load from raw sockets, the same for everything that is measured: as many requests in flight as there are
 * connections, each sent when the answer before it is complete. Runs as a separate process, controlled by IPC.
 */
export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  /** Whole HTTP/1.1 requests, keep-alive, in Base64: a connection repeats one of them. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** What the body of a right answer contains. */
  readonly expected: string;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Right answers that have this text in head or body are counted. */
  readonly counted?: string;
}

export interface LoadResult {
  readonly requests: number;
  /** With those of the warm-up and all that failed. */
  readonly answers: number;
  readonly failures: number;
  readonly counted: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first few answers that were no success, or not the right ones. */
  readonly refusals: readonly { readonly status: string; readonly body: string }[];
}

const KEPT_REFUSALS = 50;

const FAILED = /x-is-func-err: true/i;
const HEADER_END = Buffer.from('\r\n\r\n');

/** Bytes of one complete response at the start of `data`, or 0 when it is not complete. */
function responseLength(data: Buffer): number {
  const end = data.indexOf(HEADER_END);
  if (end < 0) return 0;
  const head = data.toString('latin1', 0, end).toLowerCase();
  const match = /content-length: (\d+)/.exec(head);
  if (match === null) throw new Error('the measured server must send a content-length');
  const total = end + 4 + Number(match[1]);
  return data.length >= total ? total : 0;
}

const bodyOf = (answer: Buffer): Buffer => answer.subarray(answer.indexOf(HEADER_END) + 4);

/** A function that failed answers 200 too, and says so in a header or in its body. */
function isRight(answer: Buffer, expected: string): boolean {
  const head = answer.toString('latin1', 0, answer.indexOf(HEADER_END));
  return / 2\d\d /.test(head.slice(0, 13)) && !FAILED.test(head) && bodyOf(answer).includes(expected);
}

function run(plan: LoadPlan): Promise<LoadResult> {
  const requests = plan.requests.map((request) => Buffer.from(request, 'base64'));
  const latencies: number[] = [];
  let failures = 0;
  let counted = 0;
  let answers = 0;
  const refusals: LoadResult['refusals'][number][] = [];
  const begin = performance.now();
  const from = begin + plan.warmupMs;
  const until = from + plan.measureMs;
  return new Promise((resolve, reject) => {
    let open = plan.connections;
    const finish = (socket: Socket): void => {
      socket.destroy();
      open -= 1;
      if (open > 0) return;
      latencies.sort((a, b) => a - b);
      const at = (share: number): number =>
        latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
      resolve({
        requests: latencies.length,
        answers,
        failures,
        counted,
        perSecond: (latencies.length / plan.measureMs) * 1000,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        refusals,
      });
    };
    for (let i = 0; i < plan.connections; i += 1) {
      const request = requests[i % requests.length] as Buffer;
      const socket = connect({ host: plan.host, port: plan.port, noDelay: true });
      let pending: Buffer = Buffer.alloc(0);
      let sentAt = 0;
      const send = (): void => {
        sentAt = performance.now();
        socket.write(request);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        const length = responseLength(pending);
        if (length === 0) return;
        const status = pending.toString('latin1', 9, 12);
        const answer = pending.subarray(0, length);
        pending = pending.subarray(length);
        const now = performance.now();
        answers += 1;
        if (now >= from && now < until) {
          if (isRight(answer, plan.expected)) {
            latencies.push(now - sentAt);
            if (plan.counted !== undefined && answer.includes(plan.counted)) counted += 1;
          } else {
            failures += 1;
            if (refusals.length < KEPT_REFUSALS) refusals.push({ status, body: bodyOf(answer).toString() });
          }
        }
        if (now >= until) finish(socket);
        else send();
      });
    }
  });
}

process.once('message', (plan) => {
  void run(plan as LoadPlan).then((result) => process.send?.(result, () => process.exit(0)));
});
