import type { InvokeFrame } from '@funcgraph/runtimes';
import type { LinkEnded, LinkLog, LinkResult } from '../runtime-link/index.ts';
import type { SandboxExit } from '../sandbox/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { systemFailure } from './failure.ts';
import { FailureJudge } from './failure-judge.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Ended, InstanceAnswer, InstanceParts, InstanceRequest, StartPhases } from './instance-types.ts';
import { Lane, type LaneAnswer } from './lane.ts';
import { preStop } from './pre-stop.ts';
import { race } from './race.ts';
import { RunningDepths } from './running-depths.ts';
import { Sleep } from './sleep.ts';
import { type InstanceState, transition } from './state.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { StreamedBody } from './streamed-body.ts';

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
  readonly #sleep: Sleep;
  readonly #judge: FailureJudge;

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
    if (spec.heartbeat !== undefined) {
      const onDead = (why: string): void => this.#condemn(why);
      this.#heartbeat = new Heartbeat({ clock, beat: (seq) => link.heartbeat(seq), onDead });
      this.#heartbeat.resume();
    }
    this.#sleep = new Sleep(parts, this.#heartbeat);
    this.#judge = new FailureJudge(parts, () => this.stop());
  }

  #condemn(why: string): void {
    this.#judge.condemn(why);
    this.#parts.say('ERROR', `the instance is stopped: ${why}`);
    // Its requests end with its link; the pool is notified of its exit.
    this.stop().catch(() => {});
  }

  /** Without its link it is useless, and its processes may not end by themselves. */
  async #stopUnlinked(end: LinkEnded): Promise<void> {
    if (this.#stopping !== undefined) return;
    if (end.why === 'violation') this.#parts.say('ERROR', `the instance is stopped: ${end.message}`);
    else await this.#judge.settled();
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
    return this.#sleep.isFrozen;
  }

  get hasRoom(): boolean {
    // The death of a program closes its link before its sandbox has ended.
    return this.#state === 'ready' && this.inFlight < this.spec.concurrency && this.#parts.link.isOpen;
  }

  /** Whether requests may wait in its lane now, as far as it has room. */
  sharesLane(now: number): boolean {
    const { link, pipeline } = this.#parts;
    if (pipeline !== true || this.spec.concurrency !== 1 || this.#alone > 0 || !this.#sleep.isAwake) return false;
    return (this.#state === 'ready' || this.#state === 'busy') && link.isOpen && this.#lane.takesMore(now);
  }

  /** Whether its lane, of at most `depth` requests, has room for one with an event of so many bytes. */
  hasLaneRoom(depth: number, bytes: number): boolean {
    return this.inFlight < depth && this.#bytes + bytes <= MAX_LANE_BYTES;
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
    if (this.inFlight > 0 || this.#state !== 'ready' || !this.#parts.link.isOpen) return this.#sleep.isFrozen;
    await this.#sleep.freeze();
    return this.#sleep.isFrozen;
  }

  /** Thaws it without a request. */
  wake(): void {
    this.#sleep
      .thaw()
      ?.catch(() => this.stop())
      .catch(() => {});
  }

  /** The last line that the function logged, if it was for this request. */
  lastLineOf(requestId: string): LinkLog | undefined {
    const { lastLine } = this.#parts.link;
    return lastLine?.requestId === requestId ? lastLine : undefined;
  }

  /** Current memory in bytes; null when the machine does not report it. */
  memoryBytes(): number | null {
    return this.#parts.meter.memoryBytes();
  }

  /** No new requests; running ones may finish. */
  drain(): void {
    if (this.#state === 'ready' || this.#state === 'busy') this.#state = transition(this.#state, 'draining');
  }

  /** Never rejects: every error becomes an answer. After a failure that may have damaged the instance it is stopped. */
  async invoke(request: InstanceRequest): Promise<InstanceAnswer> {
    const { link, clock, meter } = this.#parts;
    const started = clock.monotonic();
    const waking = this.#sleep.thaw();
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
    const { failure, exit } = await this.#judge.judge(outcome, request);
    return {
      failure,
      payload: failure.payload,
      handlerMs,
      cpuMs: cpuMs ?? exit?.cpuMs ?? null,
      peakMemoryBytes: exit === undefined || exit.peakMemoryBytes === 0 ? peakMemoryBytes : exit.peakMemoryBytes,
    };
  }

  /** Requests of an instance that runs one at a time; more than one are here only when `sharesLane` allowed it. */
  #runInLane(request: InstanceRequest): Promise<InstanceAnswer> {
    const { link } = this.#parts;
    const { requestId, timeoutMs, invokeType, credentials, http, event } = request;
    return new Promise((resolve) => {
      const waits = this.#lane.size > 0;
      const call = this.#lane.add(request, (answer) => {
        const { outcome, handlerMs, cpuMs, isCpuShared, peakMemoryBytes, ownMs, queuedMs } = answer;
        if ('code' in outcome && outcome.code === 0 && outcome.raw === undefined) {
          const { payload } = outcome;
          resolve({ failure: undefined, payload, handlerMs, cpuMs, isCpuShared, peakMemoryBytes, ownMs, queuedMs });
        } else resolve(this.#endLane(answer, request));
      });
      const frame: InvokeFrame = { type: 'invoke', requestId, timeoutMs, invokeType, credentials };
      link.start(http === undefined ? frame : { ...frame, http }, event, call, waits);
    });
  }

  /** As `#runInLane`; separate for what is not a plain success. */
  async #endLane(answer: LaneAnswer, request: InstanceRequest): Promise<InstanceAnswer> {
    const { outcome, handlerMs, cpuMs, isCpuShared, peakMemoryBytes, ownMs, queuedMs } = answer;
    if ('kind' in outcome && outcome.kind === 'unbegun') return { ...NOT_BEGUN, handlerMs: 0, queuedMs };
    const isClosed = 'kind' in outcome && outcome.kind === 'link' && !outcome.violation;
    if (isClosed && this.#parts.link.isLeaving) return this.#notStarted(handlerMs);
    const measured = { handlerMs, cpuMs, isCpuShared, peakMemoryBytes, queuedMs };
    const isRaw = 'raw' in outcome && outcome.raw === true;
    // If the agent does not answer, log lines are lost, but not the result.
    if (isRaw) await this.#parts.flushOutput().catch(() => {});
    if ('code' in outcome && outcome.code === 0)
      return { failure: undefined, payload: outcome.payload, ownMs, ...measured, ...(isRaw ? { isRaw } : {}) };
    const { failure, exit } = await this.#judge.judge(outcome, request);
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
    const { failure, exit } = await this.#judge.judge(outcome, request);
    // It was asked to end and did not; only a measurement of the kernel is more specific.
    const reported = stream.stopped !== undefined && failure.outcome === 'cancelled' ? stream.stopped : failure;
    const peak = exit === undefined || exit.peakMemoryBytes === 0 ? measured.peakMemoryBytes : exit.peakMemoryBytes;
    return { failure: reported, payload: reported.payload, ...measured, peakMemoryBytes: peak };
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
      await this.#sleep.thaw()?.catch(() => this.stop());
      await preStop(this.spec.preStop.timeoutMs, { link, clock, say });
    }
    return this.stop();
  }

  /** Only a link that was read to its end has the last lines and results, and shows which requests of the lane have begun. */
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
    try {
      const exit = await this.#parts.sandbox.stop();
      if (this.#lane.size > 0) await this.#readToEnd();
      return exit;
    } finally {
      this.#parts.link.destroy();
      this.#parts.meter.close();
    }
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
