import type { ClusterNode, NodeConnections } from '../../cluster/index.ts';
import { TelemetryError } from '../errors.ts';
import { checkedAnswer, type NodeAnswers, type NodeCall } from './node-calls.ts';

/** Of one answer, before it is parsed. */
const MAX_BYTES = 8 * 1024 * 1024;
/** A search takes a quarter of a second at most; a node that is slower than this counts as unreachable. */
const ASK_MS = 5_000;

export const CALL_PATH = '/telemetry';
export const TAIL_PATH = '/telemetry/tail';

export type Connections = Pick<NodeConnections, 'request'>;

/** Asks another server. Rejects when it gives no answer in time, a large one or none to the call. */
export async function askNode<Op extends NodeCall['op']>(
  connections: Connections,
  node: ClusterNode,
  call: NodeCall & { readonly op: Op },
): Promise<NodeAnswers[Op]> {
  const { status, body } = await connections.request(node, {
    method: 'POST',
    path: CALL_PATH,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(call)),
    signal: AbortSignal.timeout(ASK_MS),
  });
  const answer = parsed(await bytesOf(body));
  if (status === 200) return checkedAnswer(call.op, answer);
  const { code, message } = (answer ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code === 'telemetry.cursor' || code === 'telemetry.query') {
    throw new TelemetryError(code, String(message).slice(0, 200), 'Pass the cursor of the previous page.');
  }
  throw new Error(`the node ${node.name} answered ${status}`);
}

async function bytesOf(body: AsyncIterable<unknown> & { destroy(): void }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BYTES) {
      body.destroy();
      throw new Error(`an answer of more than ${MAX_BYTES} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}
