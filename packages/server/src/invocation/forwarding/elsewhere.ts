import { formatUrn } from '@funcgraph/api';
import type { LimitShare, NodeConnections, Nodes } from '../../cluster/index.ts';
import type { LaunchSpec, Pool } from '../../instances/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Routed } from '../resolve.ts';
import type { InvocationRequest, InvocationResult } from '../types.ts';
import { CALL_HEADER, type CallHead, headText } from './call-head.ts';
import { type Choice, choose } from './choice.ts';
import { readResult } from './forwarded-result.ts';
import type { HopReports } from './hop-reports.ts';
import { type CallEnd, sendCall } from './send-call.ts';
import type { SummaryBoard } from './summary-board.ts';

export interface ElsewhereOptions {
  readonly nodes: Nodes;
  readonly connections: Pick<NodeConnections, 'request'>;
  readonly board: SummaryBoard;
  readonly hops: Pick<HopReports, 'add' | 'withCall'>;
  readonly pool: Pick<Pool, 'hasSlot' | 'outlook' | 'census'>;
  /** Longest wait of a call for an instance of any server. */
  readonly maxWaitMs: number;
  /** Of the limits of instances. */
  readonly share: Pick<LimitShare, 'ask' | 'isFixed'> | undefined;
  readonly changes: { readonly at: number };
  readonly clock: Clock;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

/** A call without a free slot here. */
export interface CallFrom {
  readonly routed: Pick<Routed, 'snapshot' | 'alias'>;
  readonly spec: LaunchSpec;
  readonly request: InvocationRequest;
  /** Size of the event of a request that may wait in an instance for another one. */
  readonly laneBytes: number | undefined;
  /** Ms that it waited for the limits of its account. */
  readonly waitedMs: number;
}

interface Look {
  /** Nodes that refused the call. */
  readonly except: ReadonlySet<string>;
  /** Something may have changed here since the first look. */
  readonly isAgain: boolean;
  readonly hasRequested: boolean;
}

/** Times that a call may be refused, or a node be out of reach, before it stays here. */
const MOST_TRIES = 2;
/** How long a call waits for its share of the limit before it queues here. */
const SHARE_MS = 1_000;
/** How often it is looked for an instance of another server, while no call may start one here. */
const AGAIN_MS = 100;
/** A node that has not reported for so long does not answer any more: calls that it runs fail. */
const SILENT_MS = 10_000;

/** The second node stopped answering after it had taken the call: the code may have run. */
export class CallLost extends Error {
  /** The client has the beginning of the answer. */
  readonly begun: boolean;

  constructor(begun: boolean, cause: unknown) {
    super('the node that ran the function stopped answering', { cause });
    this.begun = begun;
  }
}

/** This server may start no instance of the function, and no other one took the call in time. */
export class NoneElsewhere extends Error {
  constructor(waitedMs: number, { maxInstances }: LaunchSpec, { isFixed }: { readonly isFixed: boolean }) {
    const reason = isFixed
      ? `this server does not reach the database, so its share of the ${maxInstances} that the function may have does not grow`
      : `other servers have the ${maxInstances} that the function may have`;
    super(`No instance was free within ${waitedMs} ms: ${reason}.`);
  }
}

/** Sends calls to other nodes that serve them sooner. */
export class Elsewhere {
  readonly #options: ElsewhereOptions;
  /** What ends the calls that a node runs for this one. */
  readonly #links = new Map<string, AbortController>();
  /** The next look of calls that wait for an instance of another server. Their number is that of calls of the accounts. */
  #again: Promise<void> | undefined;

  constructor(options: ElsewhereOptions) {
    this.#options = options;
    options.nodes.onChange(() => this.#follow());
  }

  get isAlone(): boolean {
    return this.#options.nodes.others.length === 0;
  }

  /** Ends calls of nodes that are silent for too long. Call regularly. */
  look(): void {
    const { board, clock } = this.#options;
    const now = clock.monotonic();
    for (const node of this.#links.keys()) if (board.silentMs(node, now) > SILENT_MS) this.#cut(node, 'is silent');
  }

  /**
   * Undefined when the call is to be served here, at once where a slot is free. Rejects with `CallLost`, with
   * `NoneElsewhere`, with an error of the other node, and as the request is aborted.
   */
  async call(from: CallFrom): Promise<InvocationResult | undefined> {
    const { clock, pool, maxWaitMs } = this.#options;
    const { spec, laneBytes, request } = from;
    if (this.isAlone || pool.hasSlot(spec, laneBytes)) return undefined;
    const since = clock.monotonic();
    for (;;) {
      const heldMs = clock.monotonic() - since;
      const answer = await this.#try({ ...from, waitedMs: from.waitedMs + heldMs });
      if (answer !== 'hold') return answer;
      // an instance of another version makes room as soon as it is idle
      if (this.isAlone || this.#hasInstance(spec)) return undefined;
      if (heldMs >= maxWaitMs)
        throw new NoneElsewhere(maxWaitMs, spec, { isFixed: this.#options.share?.isFixed === true });
      await this.#nextLook();
      request.signal?.throwIfAborted();
    }
  }

  async #try(from: CallFrom): Promise<InvocationResult | 'hold' | undefined> {
    const { board, clock } = this.#options;
    const { spec } = from;
    const refusing = new Set<string>();
    for (let tries = 0; ; tries += 1) {
      let choice = this.#choose(from, { except: refusing, isAgain: tries > 0, hasRequested: false });
      if (choice.kind === 'ask') {
        await this.#askShare(spec);
        choice = this.#choose(from, { except: refusing, isAgain: true, hasRequested: true });
      }
      if (choice.kind === 'hold') return 'hold';
      if (choice.kind !== 'there' || tries === MOST_TRIES) return undefined;
      const { node, claim } = choice;
      const giveBack = board.took(node, spec.key, claim, spec.memoryMb);
      const end = await this.#send(from, choice, clock.monotonic()).finally(giveBack);
      switch (end.kind) {
        case 'answered':
          return this.#result(from, node, end);
        case 'refused':
          board.refused(node, spec.key, claim, spec.memoryMb);
          // one that may start no instance may still have some, for which the call waits there
          if (claim !== 'start') refusing.add(node);
          break;
        case 'unreached':
          board.unreached(node);
          refusing.add(node);
          break;
        case 'lost':
          throw new CallLost(end.begun, end.cause);
      }
    }
  }

  #choose({ spec, laneBytes }: CallFrom, { except, isAgain, hasRequested }: Look): Choice {
    const { board, pool, clock, random } = this.#options;
    if (isAgain && pool.hasSlot(spec, laneBytes)) return { kind: 'here' };
    const others = board.candidates(spec.key, clock.monotonic(), except);
    const isFixed = this.#options.share?.isFixed === true;
    const here = pool.outlook(spec, laneBytes);
    return choose({ here, others, hasRequested, isFixed, memoryMb: spec.memoryMb }, random);
  }

  #hasInstance({ functionKey }: LaunchSpec): boolean {
    for (const { spec } of this.#options.pool.census()) if (spec.functionKey === functionKey) return true;
    return false;
  }

  #nextLook(): Promise<void> {
    this.#again ??= new Promise((resolve) => {
      this.#options.clock.after(AGAIN_MS, () => {
        this.#again = undefined;
        resolve();
      });
    });
    return this.#again;
  }

  /** Resolves when it is known whether the share of this server grows. */
  async #askShare({ functionKey, maxInstances }: LaunchSpec): Promise<void> {
    const { clock, share } = this.#options;
    const answer = share?.ask(functionKey, maxInstances);
    if (answer === undefined) return;
    await new Promise<void>((resolve) => {
      const late = clock.after(SHARE_MS, resolve);
      void answer.finally(() => {
        late.cancel();
        resolve();
      });
    });
  }

  async #send(from: CallFrom, { node, claim }: Extract<Choice, { kind: 'there' }>, now: number): Promise<CallEnd> {
    const { board, clock, connections, nodes } = this.#options;
    const second = nodes.others.find(({ home }) => home === node);
    if (second === undefined) return { kind: 'unreached' };
    const { event, body, openSink, signal } = from.request;
    const sink = from.routed.snapshot.returnStream ? openSink?.() : undefined;
    from.request.onBegin?.();
    return sendCall((request) => connections.request(second, request), {
      ...{ event, body, sink, signal, lost: this.#link(node), clock, asks: board.isQuiet(node, now) },
      headers: { [CALL_HEADER]: headText({ ...this.#head(from, claim, now), ...this.#hopsFor(node) }) },
    });
  }

  #head({ routed, spec, request, laneBytes, waitedMs }: CallFrom, claim: CallHead['claim'], now: number): CallHead {
    const { nodes, changes } = this.#options;
    const { snapshot, alias } = routed;
    const { urn, event, body, mode, requestId, attempt, tail, depth = 0, startBefore } = request;
    const traceparent = request.traceparent ?? request.headers?.traceparent;
    return {
      ...{
        claim,
        entry: nodes.self.name,
        urn: formatUrn(urn),
        functionId: snapshot.functionId,
        version: snapshot.version,
        alias,
      },
      ...{ key: spec.key, memoryMb: spec.memoryMb, requestId, mode, attempt, tail, depth, change: changes.at },
      http: request.http === true,
      stream: snapshot.returnStream && request.openSink !== undefined,
      lane: laneBytes !== undefined,
      eventBytes: event.length,
      waitedMs,
      spentMs: Math.max(now - request.receivedAt, 0),
      ...(body === undefined ? {} : { bodyBytes: body.length ?? -1 }),
      ...(typeof traceparent === 'string' && traceparent.length < 100 ? { traceparent } : {}),
      ...(startBefore === undefined ? {} : { beginWithinMs: startBefore - now }),
    };
  }

  #hopsFor(node: string): Pick<CallHead, 'hops'> {
    const hops = this.#options.hops.withCall(node);
    return hops.length === 0 ? {} : { hops: hops.map((hop): [string, number, number] => [...hop]) };
  }

  /** The receipt counts the way to the other node and back. */
  #result({ request }: CallFrom, node: string, end: Extract<CallEnd, { kind: 'answered' }>): InvocationResult {
    const { clock, nodes, hops } = this.#options;
    const result = readResult(end.result, end.payload);
    if (result === undefined) throw new CallLost(false, new Error('an answer of another form'));
    const totalMs = round(clock.monotonic() - request.receivedAt);
    const hopMs = round(Math.max(totalMs - result.receipt.total_ms, 0));
    hops.add(node, [request.requestId, request.attempt, Math.round(hopMs * 1000)]);
    const second = nodes.others.find(({ home }) => home === node)?.name ?? node;
    return {
      ...result,
      receipt: { ...result.receipt, total_ms: totalMs, nodes: [nodes.self.name, second], hop_ms: hopMs },
    };
  }

  #link(node: string): AbortSignal {
    const known = this.#links.get(node);
    if (known !== undefined) return known.signal;
    const link = new AbortController();
    this.#links.set(node, link);
    return link.signal;
  }

  #cut(node: string, why: string): void {
    this.#links.get(node)?.abort(new Error(`node ${node} ${why}`));
    this.#links.delete(node);
  }

  #follow(): void {
    const present = new Set(this.#options.nodes.others.map(({ home }) => home));
    for (const node of this.#links.keys()) if (!present.has(node)) this.#cut(node, 'left');
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
