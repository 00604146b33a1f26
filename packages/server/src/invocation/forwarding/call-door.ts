import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseUrn } from '@funcgraph/api';
import { MAX_BODY_BYTES, type StreamHead } from '@funcgraph/runtimes';
import type { ResponseSink } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Claimed, ClaimTarget } from '../claim.ts';
import type { InvocationRequest, InvocationResult } from '../types.ts';
import { flushFrame, headFrame, pieceFrame, resultFrame } from './answer-frames.ts';
import { CALL_HEADER, type CallHead, parseHead } from './call-head.ts';
import { ForwardedBody, readExactly } from './forwarded-body.ts';
import { errorOf, resultOf } from './forwarded-result.ts';
import type { Hop } from './hop-reports.ts';

interface CallDoorOptions {
  readonly claim: (target: ClaimTarget) => Promise<Claimed | undefined>;
  /** Of calls that this node ran. */
  readonly onHops: (hops: readonly Hop[]) => void;
  /** Of this node. */
  readonly name: () => string;
  readonly changes: { readonly at: number; notBefore(number: number): Promise<void> };
  /** Aborts when this node takes no more calls of others. */
  readonly closing: AbortSignal;
  readonly clock: Clock;
}

/** How long a call may wait for configuration that its entry node has already. */
const BEHIND_MS = 500;
/** How long the entry node may send nothing of an event. */
const STALLED_MS = 10_000;
const NOTHING = Buffer.alloc(0);

/**
 * Runs calls that other nodes have admitted. The listener has proved that the sender is a node. A call is taken or
 * refused before its body is read; it goes no further than here.
 */
export class CallDoor {
  readonly #options: CallDoorOptions;

  constructor(options: CallDoorOptions) {
    this.#options = options;
  }

  readonly serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const head = parseHead(request.headers[CALL_HEADER]);
    const urn = head === undefined ? undefined : parseUrn(head.urn);
    if (head === undefined || urn === undefined || head.eventBytes > MAX_BODY_BYTES) return refuse(response, 400);
    if (head.hops !== undefined) this.#options.onHops(head.hops);
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the entry node has closed the connection'));
    });
    if (this.#options.closing.aborted || !(await this.#knows(head.change))) return refuse(response, 409);
    const claimed = await this.#claim(head, urn, gone.signal);
    if (claimed === undefined) return refuse(response, 409);
    let event: Buffer;
    try {
      if (request.headers.expect !== undefined) response.writeContinue();
      event = await this.#event(request, response, head.eventBytes);
    } catch {
      claimed.release();
      response.destroy();
      return;
    }
    const sink = head.stream ? new FrameSink(response, gone.signal) : undefined;
    const body = head.bodyBytes === undefined ? undefined : new ForwardedBody(request, head.bodyBytes);
    const ended = await outcome(claimed.run(this.#request(head, urn, { event, body, sink, gone })), gone.signal);
    if (ended === undefined || response.destroyed) return;
    const frame = resultFrame(ended.result, ended.payload);
    if (!response.headersSent) response.writeHead(200, { 'content-length': frame.length });
    response.end(frame);
  };

  async #knows(change: number): Promise<boolean> {
    const { changes, clock } = this.#options;
    if (change <= changes.at) return true;
    const late = new Promise<void>((resolve) => clock.after(BEHIND_MS, resolve));
    await Promise.race([changes.notBefore(change).catch(() => {}), late]);
    return change <= changes.at;
  }

  async #claim(
    { functionId, version, alias, key, memoryMb, claim, lane, eventBytes, waitedMs }: CallHead,
    urn: ClaimTarget['urn'],
    signal: AbortSignal,
  ): Promise<Claimed | undefined> {
    const laneBytes = lane ? eventBytes : undefined;
    return this.#options.claim({ urn, functionId, version, alias, key, memoryMb, claim, laneBytes, waitedMs, signal });
  }

  async #event(request: IncomingMessage, response: ServerResponse, bytes: number): Promise<Buffer> {
    if (bytes === 0) return NOTHING;
    const stalled = this.#options.clock.after(STALLED_MS, () => response.destroy());
    try {
      return await readExactly(request, bytes);
    } finally {
      stalled.cancel();
    }
  }

  #request(head: CallHead, urn: InvocationRequest['urn'], { event, body, sink, gone }: CallParts): InvocationRequest {
    const now = this.#options.clock.monotonic();
    const { requestId, mode, attempt, tail, depth, traceparent, spentMs, beginWithinMs, functionId, entry } = head;
    return {
      ...{ urn, functionId, event, mode, requestId, attempt, tail, depth, receivedAt: now - spentMs },
      ...(head.http ? { http: true as const } : {}),
      ...(sink === undefined ? {} : { openSink: () => sink }),
      ...(body === undefined ? {} : { body }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(beginWithinMs === undefined ? {} : { startBefore: now + beginWithinMs }),
      nodes: [entry, this.#options.name()],
      signal: gone.signal,
    };
  }
}

interface CallParts {
  readonly event: Buffer;
  readonly body: ForwardedBody | undefined;
  readonly sink: ResponseSink | undefined;
  readonly gone: AbortController;
}

/** Undefined when the entry node is gone. */
async function outcome(
  running: Promise<InvocationResult>,
  gone: AbortSignal,
): Promise<{ result: object; payload: Buffer } | undefined> {
  try {
    const result = await running;
    return { result: resultOf(result), payload: result.streamed ? NOTHING : result.payload };
  } catch (error) {
    if (error instanceof PlatformError) return { result: errorOf(error), payload: NOTHING };
    if (gone.aborted) return undefined;
    throw error;
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}

/** Sends a streamed answer to the entry node as it comes. */
class FrameSink implements ResponseSink {
  readonly gone: AbortSignal;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, gone: AbortSignal) {
    this.#response = response;
    this.gone = gone;
  }

  begin(head: StreamHead): void {
    this.#response.writeHead(200);
    this.#response.write(headFrame(head));
  }

  flush(): void {
    this.#response.write(flushFrame());
  }

  write(piece: Buffer, taken: () => void): void {
    this.#response.write(pieceFrame(piece), taken);
  }
}
