import { startTwoTestNodes } from '../../../packages/server/src/cluster/testing.ts';
import { CallDoor } from '../../../packages/server/src/invocation/forwarding/call-door.ts';
import { CALL_HEADER, type CallHead, headText } from '../../../packages/server/src/invocation/forwarding/call-head.ts';
import { readResult } from '../../../packages/server/src/invocation/forwarding/forwarded-result.ts';
import { CALL_PATH } from '../../../packages/server/src/invocation/forwarding/nodes.ts';
import { sendCall } from '../../../packages/server/src/invocation/forwarding/send-call.ts';
import type { InvocationResult } from '../../../packages/server/src/invocation/index.ts';
import { systemClock } from '../../../packages/server/src/lib/clock.ts';
import { absolute } from '../report.ts';
import { median, type Section } from '../section.ts';
import { WARMUP_MS } from '../warm-calls.ts';

const CONNECTIONS = 32;
const EVENT = Buffer.from('{"name":"bench"}');
const URN = 'urn:fss:local-1:p:function:default:hello:latest';
const HEAD: CallHead = {
  claim: 'slot',
  mode: 'sync',
  ...{ entry: 'first', urn: URN, functionId: 'f', version: 'latest', alias: '', key: 'f:latest:1:128', memoryMb: 128 },
  ...{ requestId: 'r', attempt: 1, tail: true, http: false, stream: false, lane: true, depth: 0, change: 0 },
  ...{ eventBytes: EVENT.length, spentMs: 0.1, waitedMs: 0 },
};
const RECEIPT: InvocationResult['receipt'] = {
  mode: 'sync',
  outcome: 'ok',
  cause: '',
  ...{ request_id: 'r', function_urn: URN, version: 'latest', alias: '', instance_id: 'i', attempt: 1 },
  ...{ code: 0, component: '', cold: false, reserved: false, queue_ms: 0, sandbox_ms: 0, boot_ms: 0, load_ms: 0 },
  ...{ started_at: '2026-01-01T00:00:00.000Z', init_ms: 0, handler_ms: 0.1, total_ms: 0.2, cpu_ms: 0.1 },
  ...{ cpu_shared: false, peak_memory_bytes: 3e7, memory_mb: 128, response_bytes: 16 },
};
const RESULT: InvocationResult = {
  ...{ failure: undefined, payload: EVENT, streamed: false, receipt: RECEIPT, logTail: 'a line\n', codeDigest: 'd' },
};

/** What it costs that one node receives a call and another one runs it: both sides in this process, no function. */
export const hop: Section = async (bench) => {
  const [first, second] = await startTwoTestNodes();
  try {
    const claim = async () => ({ run: async () => RESULT, release: () => {} });
    const changes = { at: 0, notBefore: async () => {} };
    const door = new CallDoor({
      claim,
      name: () => 'second',
      onHops: () => {},
      changes,
      closing: new AbortController().signal,
      clock: systemClock,
    });
    second.listener.route('POST', CALL_PATH, door.serve, { body: 'stream' });
    const lost = new AbortController().signal;
    const call = async (): Promise<void> => {
      const end = await sendCall((request) => first.connections.request(second.node, request), {
        headers: { [CALL_HEADER]: headText(HEAD) },
        ...{ event: EVENT, body: undefined, sink: undefined, signal: undefined, lost, clock: systemClock, asks: false },
      });
      if (end.kind !== 'answered' || readResult(end.result, end.payload) === undefined) throw new Error(end.kind);
    };
    const times: number[] = [];
    const loop = async (until: number, times?: number[]): Promise<number> => {
      let calls = 0;
      for (let now = performance.now(); now < until; calls += 1) {
        await call();
        const ended = performance.now();
        times?.push(ended - now);
        now = ended;
      }
      return calls;
    };
    bench.progress(`forwarded calls, ${CONNECTIONS} connections`);
    const all = (ms: number) => {
      const until = performance.now() + ms;
      return Promise.all(Array.from({ length: CONNECTIONS }, () => loop(until)));
    };
    await all(WARMUP_MS);
    const before = process.cpuUsage();
    const calls = (await all(bench.measureMs)).reduce((sum, each) => sum + each, 0);
    const { user, system } = process.cpuUsage(before);
    await loop(performance.now() + bench.measureMs / 2, times);
    return [
      absolute('forwarded call, processor time on both nodes', (user + system) / calls, 'µs', { most: 200 }),
      absolute('  time of one, 1 conn (median)', median(times), 'ms', {}),
    ];
  } finally {
    await first.stop();
    await second.stop();
  }
};
