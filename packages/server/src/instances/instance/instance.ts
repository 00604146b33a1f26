import type { InvokeFrame } from '@funcgraph/runtimes';
import type { LinkEnded, LinkResult } from '../runtime-link/index.ts';
import { LOST, type SandboxExit } from '../sandbox/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import {
  CODES,
  cancelledFailure,
  exitFailure,
  type Failure,
  heartbeatFailure,
  memoryFailure,
  neighbourFailure,
  runtimeFailure,
  systemFailure,
  timeoutFailure,
} from './failure.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Ended, InstanceAnswer, InstanceParts, InstanceRequest, StartPhases } from './instance-types.ts';
import { Lane, type LaneAnswer } from './lane.ts';
import { preStop } from './pre-stop.ts';
import { race } from './race.ts';
import { RunningDepths } from './running-depths.ts';
import { type InstanceState, transition } from './state.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { StreamedBody } from './streamed-body.ts';

/** Longest wait, after a broken link, for the report of the sandbox's exit. */
const EXIT_GRACE_MS = 2_000;

/**
 * Longest wait of an answer for the end of its instance: a measured exit improves the answer, but must not block it.
 */
const STOP_GRACE_MS = 5_000;

/** Longest wait, after the end of its processes, until the link is read to its end. */
const READ_GRACE_MS = 1_000;

/** Bytes of the events that wait in one instance: they use its memory. */
const MAX_LANE_BYTES = 256 * 1024;

/** One running copy of a version, ready to serve. Made by `startInstance`; owned by the pool. */
export class Instance {
  readonly id: string;
  readonly spec: LaunchSpec;
  readonly phases: StartPhases;
  /** Monotonic ms when it last became idle. */
  idleSince: number;
  served = 0;
  inFlight = 0;
  readonly #parts: InstanceParts;
  readonly #lane: Lane;
  /** Events of the requests in flight, in bytes. */
  #bytes = 0;
  /** Requests in flight that must not share the instance. */
  #alone = 0;
  readonly #depths = new RunningDepths();
  #state: InstanceState = 'ready';
  #stopping: Promise<SandboxExit> | undefined;
  #ending: Promise<SandboxExit> | undefined;
  readonly #heartbeat: Heartbeat | undefined;
  /** Reason of the failed heartbeat. */
  #condemned: string | undefined;
  /** From the freeze request until the thaw request. */
  #asleep = false;
  #frozen = false;
  #thawing: Promise<void> | undefined;
  /** Why this server ended the instance, for its other requests. */
  #endedFor: 'timeout' | 'aborted' | 'link' | undefined;

  constructor(parts: InstanceParts) {
    this.id = parts.id;
    this.spec = parts.spec;
    this.phases = parts.phases;
    this.idleSince = parts.clock.monotonic();
    this.#parts = parts;
    const { clock, link, spec } = parts;
    this.#lane = new Lane({
      clock,
      measure: () => ({ cpuMs: parts.meter.cpuMsSinceLast(), peakMemoryBytes: parts.meter.peakMemoryBytes() }),
      onBegin: ({ requestId, depth = 0 }) => {
        link.newestRequest = requestId;
        if (depth > 0) this.#depths.begin(depth);
      },
      onEnd: ({ depth = 0 }) => {
        if (depth > 0) this.#depths.end(depth);
      },
      recall: () => link.recall(),
    });
    if (parts.pipeline === true) link.onReturned = (requestIds) => this.#lane.returned(requestIds);
    void link.ended.then((end) => this.#stopUnlinked(end));
    if (spec.heartbeat === undefined) return;
    const onDead = (why: string): void => this.#condemn(why);
    this.#heartbeat = new Heartbeat({ clock, beat: (seq) => link.heartbeat(seq), onDead });
    this.#heartbeat.resume();
  }

  #condemn(why: string): void {
    this.#condemned = why;
    this.#parts.say('ERROR', `the instance is stopped: ${why}`);
    // Its requests end with its link; the pool is notified of its exit.
    this.stop().catch(() => {});
  }

  /** Without its link it is useless, and its processes may not end by themselves. */
  async #stopUnlinked(end: LinkEnded): Promise<void> {
    if (this.#stopping !== undefined) return;
    if (end.why === 'violation') this.#parts.say('ERROR', `the instance is stopped: ${end.message}`);
    else await this.#settled();
    this.stop().catch(() => {});
  }

  /** Of its running requests, each once. */
  get depths(): readonly number[] {
    return this.#depths.running(this.inFlight);
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** Resolves when every process is dead, for every kind of end. */
  get exited(): Promise<SandboxExit> {
    return this.#parts.sandbox.exited;
  }

  /** All its processes are frozen until the next request. */
  get isFrozen(): boolean {
    return this.#frozen;
  }

  get hasRoom(): boolean {
    // The death of a program closes its link before its sandbox has ended.
    return this.#state === 'ready' && this.inFlight < this.spec.concurrency && this.#parts.link.isOpen;
  }

  /** Whether a request with an event of so many bytes may wait in its lane, which has at most `depth`. */
  canQueue(depth: number, bytes: number, now: number): boolean {
    const { link, pipeline } = this.#parts;
    if (pipeline !== true || this.spec.concurrency !== 1 || this.inFlight >= depth || this.#alone > 0) return false;
    if (this.#bytes + bytes > MAX_LANE_BYTES || this.#asleep || this.#thawing !== undefined) return false;
    return (this.#state === 'ready' || this.#state === 'busy') && link.isOpen && this.#lane.takesMore(now);
  }

  /** Takes a slot; the pool calls it, and `free` at the end. `bytes` of a request that may share the instance. */
  take(bytes?: number): void {
    this.inFlight += 1;
    this.served += 1;
    if (bytes === undefined) this.#alone += 1;
    else this.#bytes += bytes;
    if (this.inFlight >= this.spec.concurrency && this.#state === 'ready')
      this.#state = transition(this.#state, 'busy');
  }

  free(bytes?: number): void {
    this.inFlight -= 1;
    if (bytes === undefined) this.#alone -= 1;
    else this.#bytes -= bytes;
    this.idleSince = this.#parts.clock.monotonic();
    if (this.#state === 'busy' && this.inFlight < this.spec.concurrency) this.#state = transition(this.#state, 'ready');
  }

  /**
   * Freezes an idle instance, so that it uses no processor time between requests. No effect while it serves. Resolves
   * with whether it is frozen now.
   */
  async freeze(): Promise<boolean> {
    // a program that has ended is about to close its link, and could not while it is frozen
    if (this.inFlight > 0 || this.#state !== 'ready' || this.#asleep || !this.#parts.link.isOpen) return this.#frozen;
    this.#asleep = true;
    this.#heartbeat?.pause();
    try {
      await this.#parts.sandbox.freeze();
      if (this.#asleep) this.#parts.link.rest();
      // A thaw cancels a freeze that is under way.
      this.#frozen = this.#asleep;
    } catch {
      // An instance that cannot be frozen stays awake.
      this.#heartbeat?.resume();
    }
    return this.#frozen;
  }

  /** Thaws it without a request. */
  wake(): void {
    this.#awake()
      ?.catch(() => this.stop())
      .catch(() => {});
  }

  /** Current memory in bytes; null when the machine does not report it. */
  memoryBytes(): number | null {
    return this.#parts.meter.memoryBytes();
  }

  /** Undefined when it is awake: a warm call does not wait. */
  #awake(): Promise<void> | undefined {
    if (!this.#asleep) return this.#thawing;
    this.#asleep = false;
    this.#frozen = false;
    this.#parts.link.wake();
    this.#thawing = this.#parts.sandbox.thaw().finally(() => {
      this.#thawing = undefined;
    });
    this.#heartbeat?.resume();
    return this.#thawing;
  }

  /** No new requests; running ones may finish. */
  drain(): void {
    if (this.#state === 'ready' || this.#state === 'busy') this.#state = transition(this.#state, 'draining');
  }

  /** Never rejects: every error becomes an answer. After a failure that may have damaged the instance it is stopped. */
  async invoke(request: InstanceRequest): Promise<InstanceAnswer> {
    const { link, clock, meter } = this.#parts;
    const started = clock.monotonic();
    const waking = this.#awake();
    const isAwake = waking === undefined || (await succeeds(waking));
    if (!isAwake || !link.isOpen) return this.#notStarted(clock.monotonic() - started);
    if (this.spec.concurrency === 1 && isPlain(request)) return this.#runInLane(request);
    const { requestId, timeoutMs, invokeType, credentials, http, sink } = request;
    const body = request.body === undefined ? undefined : new StreamedBody(request.body, clock);
    const stream = sink === undefined ? undefined : new StreamedAnswer(sink, clock, body);
    const frame: InvokeFrame = {
      type: 'invoke',
      requestId,
      timeoutMs,
      invokeType,
      credentials,
      ...(http === undefined ? {} : { http }),
      ...(stream === undefined ? {} : { stream: true }),
      ...(body === undefined ? {} : { bodyFollows: true }),
      ...(body?.length === undefined ? {} : { bodyBytes: body.length }),
    };
    const { depth = 0 } = request;
    if (depth > 0) this.#depths.begin(depth);
    const outcome = await race(link.invoke(frame, request.event, stream, body), {
      request,
      stream,
      clock,
      cancel: () => link.cancel(requestId),
      // Other requests run in it, too: it ends at its timeout then.
      isAlone: () => this.inFlight <= 1,
    });
    if (depth > 0) this.#depths.end(depth);
    const handlerMs = clock.monotonic() - started;
    if (stream === undefined && 'kind' in outcome && outcome.kind === 'link' && !outcome.violation && link.isLeaving) {
      return this.#notStarted(handlerMs);
    }
    // If the agent does not answer, log lines are lost, but not the result.
    if ('raw' in outcome && outcome.raw) await this.#parts.flushOutput().catch(() => {});
    if (stream !== undefined) return this.#endStream(stream, outcome, request, handlerMs);
    // CPU time of concurrent requests cannot be separated.
    const cpuMs = this.inFlight > 1 ? null : meter.cpuMsSinceLast();
    const peakMemoryBytes = meter.peakMemoryBytes();
    if ('code' in outcome && outcome.code === 0) {
      return { failure: undefined, payload: outcome.payload, handlerMs, cpuMs, peakMemoryBytes, ownMs: outcome.ms };
    }
    const { failure, exit } = 'code' in outcome ? await this.#judge(outcome) : await this.#endFor(outcome, request);
    return {
      failure,
      payload: failure.payload,
      handlerMs,
      cpuMs: cpuMs ?? exit?.cpuMs ?? null,
      peakMemoryBytes: exit === undefined || exit.peakMemoryBytes === 0 ? peakMemoryBytes : exit.peakMemoryBytes,
    };
  }

  /** Requests of an instance that runs one at a time; more than one are here only when `canQueue` allowed it. */
  #runInLane(request: InstanceRequest): Promise<InstanceAnswer> {
    const { link } = this.#parts;
    const { requestId, timeoutMs, invokeType, credentials, http, event } = request;
    return new Promise((resolve) => {
      const waits = this.#lane.size > 0;
      const call = this.#lane.add(request, (answer) => {
        const { outcome, handlerMs, cpuMs, peakMemoryBytes, ownMs, queuedMs } = answer;
        if ('code' in outcome && outcome.code === 0 && outcome.raw === undefined) {
          const { payload } = outcome;
          resolve({ failure: undefined, payload, handlerMs, cpuMs, peakMemoryBytes, ownMs, queuedMs });
        } else resolve(this.#endLane(answer, request));
      });
      const frame: InvokeFrame = { type: 'invoke', requestId, timeoutMs, invokeType, credentials };
      link.start(http === undefined ? frame : { ...frame, http }, event, call, waits);
    });
  }

  /** As `#runInLane`; separate for what is not a plain success. */
  async #endLane(answer: LaneAnswer, request: InstanceRequest): Promise<InstanceAnswer> {
    const { outcome, handlerMs, cpuMs, peakMemoryBytes, ownMs, queuedMs } = answer;
    if ('kind' in outcome && outcome.kind === 'unbegun') return { ...NOT_BEGUN, handlerMs: 0, queuedMs };
    const isClosed = 'kind' in outcome && outcome.kind === 'link' && !outcome.violation;
    if (isClosed && this.#parts.link.isLeaving) return this.#notStarted(handlerMs);
    const measured = { handlerMs, cpuMs, peakMemoryBytes, queuedMs };
    const isRaw = 'raw' in outcome && outcome.raw === true;
    // If the agent does not answer, log lines are lost, but not the result.
    if (isRaw) await this.#parts.flushOutput().catch(() => {});
    if ('code' in outcome && outcome.code === 0)
      return { failure: undefined, payload: outcome.payload, ownMs, ...measured, ...(isRaw ? { isRaw } : {}) };
    const { failure, exit } = 'code' in outcome ? await this.#judge(outcome) : await this.#endFor(outcome, request);
    return {
      ...measured,
      failure,
      payload: failure.payload,
      cpuMs: cpuMs ?? exit?.cpuMs ?? null,
      peakMemoryBytes: exit === undefined || exit.peakMemoryBytes === 0 ? peakMemoryBytes : exit.peakMemoryBytes,
    };
  }

  /** It could not be thawed, or its program ended before it got the request: no code ran for this request. */
  #notStarted(handlerMs: number): InstanceAnswer {
    // Stopping a sandbox that the agent cannot thaw can take long; the request does not wait for it.
    this.stop().catch(() => {});
    const failure = systemFailure('the sandbox was lost');
    const { payload } = failure;
    return { failure, payload, handlerMs, cpuMs: null, peakMemoryBytes: null, notStarted: 'lost' };
  }

  /** As `invoke`; separate so that plain calls do not pay for streams. */
  async #endStream(
    stream: StreamedAnswer,
    outcome: LinkResult | Ended,
    request: InstanceRequest,
    handlerMs: number,
  ): Promise<InstanceAnswer> {
    const { meter } = this.#parts;
    stream.close();
    const measured = {
      handlerMs,
      cpuMs: this.inFlight > 1 ? null : meter.cpuMsSinceLast(),
      peakMemoryBytes: meter.peakMemoryBytes(),
      ...(stream.begun ? { streamedBytes: stream.bytes } : {}),
    };
    if (stream.stopped === undefined && 'code' in outcome && outcome.code === 0) {
      return { failure: undefined, payload: outcome.payload, ...measured };
    }
    if (stream.stopped !== undefined && 'code' in outcome) {
      return { failure: stream.stopped, payload: stream.stopped.payload, ...measured };
    }
    const { failure, exit } = 'code' in outcome ? await this.#judge(outcome) : await this.#endFor(outcome, request);
    // It was asked to end and did not; only a measurement of the kernel is more specific.
    const reported = stream.stopped !== undefined && failure.outcome === 'cancelled' ? stream.stopped : failure;
    const peak = exit === undefined || exit.peakMemoryBytes === 0 ? measured.peakMemoryBytes : exit.peakMemoryBytes;
    return { failure: reported, payload: reported.payload, ...measured, peakMemoryBytes: peak };
  }

  /**
   * A code of the runtime, unless the kernel measured more: a child killed for memory or a full disk looks like any
   * error.
   */
  async #judge(result: LinkResult): Promise<{ failure: Failure; exit?: SandboxExit }> {
    const failure = runtimeFailure('invoke', result.code, result.payload);
    // A language with its own heap can exhaust it before the sandbox limit.
    if (result.code === CODES.memoryExceeded) {
      const exit = await this.#ended();
      return { failure: memoryFailure(exit.peakMemoryBytes, this.spec.memoryMb), exit };
    }
    const usage = await this.#parts.sandbox.usage().catch(() => undefined);
    if (usage?.oomKilled) {
      const exit = await this.#ended();
      return { failure: exitFailure({ ...exit, oomKilled: true }, this.spec), exit };
    }
    if (usage?.tmpFull) return { failure: { ...failure, outcome: 'disk_exceeded', code: 4207 } };
    return { failure };
  }

  async #endFor(ended: Ended, request: InstanceRequest): Promise<{ failure: Failure; exit: SandboxExit }> {
    const neighbour = ended.kind === 'link' ? this.#endedFor : undefined;
    const unexplained = neighbour === undefined && this.#condemned === undefined;
    if (ended.kind === 'link' && !ended.violation && unexplained) await this.#settled();
    if (ended.kind === 'timeout' || ended.kind === 'aborted') this.#endedFor ??= ended.kind;
    else if (ended.kind === 'link' && ended.violation) this.#endedFor ??= 'link';
    const exit = await this.#ended();
    if (ended.kind === 'link' && this.#condemned !== undefined)
      return { failure: heartbeatFailure(this.#condemned), exit };
    if (neighbour === 'timeout' || neighbour === 'aborted') return { failure: neighbourFailure(neighbour), exit };
    if (exit.oomKilled) return { failure: exitFailure(exit, this.spec), exit };
    switch (ended.kind) {
      case 'neighbour':
        return { failure: neighbourFailure('failed'), exit };
      case 'timeout':
        return { failure: timeoutFailure(request.timeoutMs), exit };
      case 'aborted':
        return { failure: cancelledFailure(), exit };
      case 'link':
        if (ended.violation) return { failure: systemFailure(`the runtime broke its protocol: ${ended.text}`), exit };
        return { failure: exitFailure(exit, this.spec), exit };
    }
  }

  /** A closed link usually means a dead process: wait for its exit, so that the real reason is reported. */
  async #settled(): Promise<void> {
    const { sandbox, clock } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = clock.after(EXIT_GRACE_MS, resolve);
      void sandbox.exited.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Stops the instance; without an exit in time it counts as lost with its agent. */
  async #ended(): Promise<SandboxExit> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const timer = clock.after(STOP_GRACE_MS, () => {
        // Requests that wait in it end with its link.
        this.#parts.link.destroy();
        resolve(LOST);
      });
      const end = (exit: SandboxExit): void => {
        timer.cancel();
        resolve(exit);
      };
      this.stop().then(end, () => end(LOST));
    });
  }

  /**
   * Ends an unused instance: a pre-stop handler runs first, within its own time limit, which `stop` cuts short.
   * Idempotent.
   */
  end(): Promise<SandboxExit> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<SandboxExit> {
    const { link, clock, say } = this.#parts;
    if (this.spec.preStop !== undefined && link.isOpen && this.#stopping === undefined) {
      // During pre-stop the heartbeat does not apply.
      this.#heartbeat?.stop();
      await this.#awake()?.catch(() => this.stop());
      await preStop(this.spec.preStop.timeoutMs, { link, clock, say });
    }
    return this.stop();
  }

  /** Only a link that was read to its end shows which requests of the lane have begun. */
  #readToEnd(): Promise<unknown> {
    const { clock, link } = this.#parts;
    return new Promise((resolve) => {
      const timer = clock.after(READ_GRACE_MS, () => resolve(undefined));
      void link.ended.then((end) => {
        timer.cancel();
        resolve(end);
      });
    });
  }

  /** Stops the instance and removes its resources, at once. Idempotent. */
  stop(): Promise<SandboxExit> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<SandboxExit> {
    this.#heartbeat?.stop();
    if (this.#state !== 'stopped') this.#state = transition(this.#state, 'stopped');
    const exit = await this.#parts.sandbox.stop();
    if (this.#lane.size > 1) await this.#readToEnd();
    this.#parts.link.destroy();
    this.#parts.meter.close();
    return exit;
  }
}

/** Of a request that waited in an instance and was not begun. */
const NOT_BEGUN = {
  failure: systemFailure('the sandbox was lost'),
  payload: systemFailure('the sandbox was lost').payload,
  cpuMs: null,
  peakMemoryBytes: null,
  notStarted: 'returned',
} as const;

/** Whether a request needs no more than its event and its result. */
function isPlain({ sink, body }: InstanceRequest): boolean {
  return sink === undefined && body === undefined;
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
