import { LIMITS } from '@funcgraph/api';
import { type Credentials, type LaunchPlan, MAX_HEADER_BYTES, MAX_LOG_BYTES } from '@funcgraph/runtimes';
import type { Catalog, VersionSnapshot } from '../control/index.ts';
import {
  type Failure,
  type InstanceAnswer,
  type LaunchSpec,
  type Lease,
  type LeaseEnd,
  lostFailure,
  overloaded,
  type Pool,
  StartFailed,
} from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';
import type { Counter, InvocationRecord, RunningCalls } from '../telemetry/index.ts';
import type { AccountGate } from './account-gate.ts';
import { admit } from './admission.ts';
import { checkDepth } from './check-depth.ts';
import type { Claimed, ClaimedLease, ClaimTarget } from './claim.ts';
import { FailureNotes } from './failure-notes.ts';
import { meets } from './forwarding/choice.ts';
import { CallLost, type Elsewhere, NoneElsewhere } from './forwarding/elsewhere.ts';
import { InvocationRecords } from './invocation-records.ts';
import { functionKeyOf, launchSpec, memoryFor, supervisorOf } from './launch.ts';
import type { Measured } from './receipt.ts';
import type { FirstLine, RequestLogs } from './request-logs.ts';
import { type Routed, route } from './resolve.ts';
import type { RunningRequests } from './running-requests.ts';
import type { InvocationRequest, InvocationResult } from './types.ts';

export interface InvokerOptions {
  readonly catalog: Catalog;
  readonly pool: Pool;
  readonly logs: RequestLogs;
  /** Why instances of a version reach nothing outside; undefined when they have a network. */
  readonly networkGap?: (snapshot: VersionSnapshot) => string | undefined;
  readonly record: (record: InvocationRecord) => void;
  /** Counts running invocations. */
  readonly running?: RunningCalls;
  /** Registry of running invocations. */
  readonly requests?: RunningRequests;
  /** Command and mounts of a runtime on this machine; rejects with `invalid_runtime` when it is not installed. */
  readonly launchPlan: (runtime: string) => Promise<LaunchPlan>;
  /** Changes the launch of functions that are debugged. */
  readonly debugging?: { specOf(spec: LaunchSpec): LaunchSpec };
  readonly gate: AccountGate;
  /** Calls that other nodes serve sooner; unset where there can be no others. */
  readonly elsewhere?: Elsewhere | undefined;
  /**
   * Credentials of an agency in a project, from memory; undefined for an unknown agency. What is done with them is done by
   * the last of so many functions that ran one after another. Unset: no function gets any.
   */
  readonly agencyCredentials?: (projectId: string, agency: string, depth: number) => Credentials | undefined;
  /** Records and first lines get the caller's `traceparent`; records of functions that are not traced say so. */
  readonly withTraces?: boolean;
  readonly clock: Clock;
  /** From 0 up to but not including 1: picks the version of a request through an alias with a weight. */
  readonly random: () => number;
}

/** Without an agency every credential is empty (guide 3.2.3). */
const NO_CREDENTIALS: Credentials = {
  accessKey: '',
  secretKey: '',
  securityAccessKey: '',
  securitySecretKey: '',
  securityToken: '',
  authToken: '',
};

/** Instances tried for one request when the initializer fails (guide 3.3.1). */
const INIT_ATTEMPTS = 3;
/** A request that was moved so often, because those before it took long, gets the next instance alone. */
const RETURNS = 10;
/** A larger event is never sent to an instance before its turn. */
const LANE_EVENT_BYTES = 64 * 1024;

/** The attempts that one request has left. */
interface Tries {
  lost: number;
  returned: number;
  /** Ms before this attempt. */
  waitedMs: number;
  /** Of the attempt before. */
  firstLine: FirstLine | undefined;
  /** The slot of the first attempt, when another node sent the call. */
  claimed?: ClaimedLease | undefined;
}

interface FailedAttempt {
  readonly error: StartFailed;
  /** Every start that failed for the request. */
  readonly failed: readonly StartFailed[];
  readonly firstLine: FirstLine | undefined;
}

/** The only entry to a function: API calls and the async dispatcher use it, with the same limits. */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #notes: FailureNotes;
  readonly #records: InvocationRecords;
  /** An unchanged version keeps its snapshot object: its launch specs, by alias and memory, are made once. */
  readonly #specs = new WeakMap<VersionSnapshot, Map<string, LaunchSpec>>();

  constructor(options: InvokerOptions) {
    this.#options = options;
    this.#notes = new FailureNotes(options);
    this.#records = new InvocationRecords(options);
  }

  /**
   * Runs a function once. A failure of the function is in the result; a failure to run it is thrown
   * (`function_not_found`, `version_not_found`, `alias_not_found`, `overloaded`, `invalid_memory_choice`,
   * `invalid_runtime`, `no_disk_room`, `unavailable`, `chain_too_long`).
   */
  async invoke(request: InvocationRequest): Promise<InvocationResult> {
    const { catalog, random } = this.#options;
    checkDepth(request.depth);
    const routed = route(catalog, request, random);
    const { snapshot } = routed;
    // Decided by `mayStream` in the same turn of the loop; without a sink a client that disconnects would go unnoticed.
    if (request.body !== undefined && !snapshot.returnStream) throw new Error('a body for a version without streams');
    const memoryMb = memoryFor(snapshot, request.memoryChoice);
    const turn = this.#admit(routed, request, memoryMb);
    const waitedMs = turn === undefined ? 0 : await this.#waited(turn, routed, request, memoryMb);
    request.onAdmitted?.();
    let counters: readonly Counter[] | undefined;
    const slot = this.#options.requests?.begin(request);
    try {
      const usual = this.#knownSpec(routed, memoryMb) ?? (await this.#makeSpec(routed, memoryMb));
      const spec = this.#options.debugging?.specOf(usual) ?? usual;
      counters = this.#options.running?.begin(spec);
      const mayGo = this.#options.elsewhere?.isAlone === false;
      const answered = mayGo ? await this.#elsewhere(routed, spec, request, waitedMs) : undefined;
      return answered ?? (await this.#run(snapshot, spec, request, { waitedMs }));
    } finally {
      if (slot !== undefined) this.#options.requests?.end(slot);
      if (counters !== undefined) this.#options.running?.end(counters);
      this.#options.gate.leave(snapshot.projectId, snapshot.functionId);
    }
  }

  /**
   * The answer of another node that serves the request sooner than this one; undefined without one. Events, and steps of
   * flows, whose node is lost run again here: they are kept until they end, whichever node is killed.
   */
  async #elsewhere(
    routed: Routed,
    spec: LaunchSpec,
    request: InvocationRequest,
    waitedMs: number,
  ): Promise<InvocationResult | undefined> {
    const { elsewhere } = this.#options;
    if (elsewhere === undefined) return undefined;
    const laneBytes = laneBytesOf(routed.snapshot, request);
    try {
      return await elsewhere.call({ routed, spec, request, laneBytes, waitedMs });
    } catch (error) {
      if (error instanceof NoneElsewhere) {
        this.#records.refused(routed, request, spec.memoryMb);
        throw overloaded(error.message);
      }
      if (!(error instanceof CallLost)) throw error;
      if (request.mode === 'async' || request.mode === 'flow') return undefined;
      const failure = lostFailure();
      const receipt = this.#records.refused(routed, request, spec.memoryMb, failure);
      const { codeDigest } = routed.snapshot;
      return { failure, payload: failure.payload, streamed: error.begun, receipt, logTail: '', codeDigest };
    }
  }

  /**
   * A slot for a call that another node admitted, or the turn for one. Undefined when this node does not have what the
   * claim asks for, or knows another code or configuration of the version.
   */
  async claim({ urn, functionId, version, alias, ...target }: ClaimTarget): Promise<Claimed | undefined> {
    const { catalog, pool, gate, requests } = this.#options;
    const { memoryMb, laneBytes, waitedMs, signal, claim } = target;
    const snapshot = catalog.resolve(urn.projectId, urn.package, urn.name, version);
    if (snapshot?.functionId !== functionId || !snapshot.enabled || gate.isPaused) return undefined;
    const routed = { snapshot, alias };
    const spec = this.#knownSpec(routed, memoryMb) ?? (await this.#makeSpec(routed, memoryMb).catch(() => undefined));
    if (spec?.key !== target.key || signal.aborted) return undefined;
    if (!pool.hasSlot(spec, laneBytes) && !meets(claim, pool.outlook(spec, laneBytes))) return undefined;
    const failed: StartFailed[] = [];
    const lease = this.#acquire(spec, signal, laneBytes, failed);
    lease.catch(() => {});
    return {
      release: () => void lease.then((held) => held.release()).catch(() => {}),
      run: async (request) => {
        const slot = requests?.begin(request);
        try {
          return await this.#run(snapshot, spec, request, { waitedMs, claimed: { lease, failed } });
        } finally {
          if (slot !== undefined) requests?.end(slot);
        }
      },
    };
  }

  /** Returns the launch spec of an instance for such requests. Rejects with `invalid_runtime`. */
  async specFor(routed: Pick<Routed, 'snapshot' | 'alias'>): Promise<LaunchSpec> {
    const { memoryMb } = routed.snapshot;
    return this.#knownSpec(routed, memoryMb) ?? this.#makeSpec(routed, memoryMb);
  }

  /** Counts and logs a refused asynchronous event, whose refusal no caller reads. */
  recordRefused(event: Pick<InvocationRequest, 'urn' | 'requestId' | 'event'>, message: string): void {
    const receivedAt = this.#options.clock.monotonic();
    const request: InvocationRequest = { ...event, mode: 'async', attempt: 1, receivedAt, tail: false };
    const routed = route(this.#options.catalog, request, this.#options.random);
    const { snapshot } = routed;
    this.#records.refused(routed, request, snapshot.memoryMb);
    const spec = { functionKey: functionKeyOf(snapshot), version: snapshot.version };
    this.#options.logs.fromPlatform('', spec, request.requestId, message, 'WARN');
  }

  #knownSpec(routed: Pick<Routed, 'snapshot' | 'alias'>, memoryMb: number): LaunchSpec | undefined {
    return this.#specs.get(routed.snapshot)?.get(specKey(routed, memoryMb));
  }

  async #makeSpec(routed: Pick<Routed, 'snapshot' | 'alias'>, memoryMb: number): Promise<LaunchSpec> {
    const { snapshot } = routed;
    const spec = launchSpec(routed, memoryMb, await this.#options.launchPlan(supervisorOf(snapshot)));
    const specs = this.#specs.get(snapshot) ?? new Map<string, LaunchSpec>();
    specs.set(specKey(routed, memoryMb), spec);
    this.#specs.set(snapshot, specs);
    return spec;
  }

  /**
   * Throws or rejects with `overloaded`; undefined when the request may run at once. Admitted requests must leave the
   * gate.
   */
  #admit(routed: Routed, request: InvocationRequest, memoryMb: number): Promise<void> | undefined {
    const { maxInstances, enabled, projectId, functionId } = routed.snapshot;
    if (admit({ maxInstances, enabled }).kind === 'throttle') {
      this.#records.refused(routed, request, memoryMb);
      throw overloaded('The function is disabled.');
    }
    const { event, signal } = request;
    const isPatient = request.mode === 'flow';
    const bytes = event.length;
    return this.#options.gate.enter({ projectId, functionKey: functionId, bytes, signal, isPatient });
  }

  /** Ms until its turn came. Rejects as the turn does. */
  async #waited(turn: Promise<void>, routed: Routed, request: InvocationRequest, memoryMb: number): Promise<number> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    try {
      await turn;
    } catch (error) {
      if (error instanceof PlatformError) this.#records.refused(routed, request, memoryMb);
      throw error;
    }
    return clock.monotonic() - since;
  }

  /**
   * A request whose instance was lost before it received the request runs once more, in another instance; so does one that
   * waited in an instance for another request and did not begin.
   */
  async #run(
    snapshot: VersionSnapshot,
    spec: LaunchSpec,
    request: InvocationRequest,
    { waitedMs, claimed }: Pick<Tries, 'waitedMs' | 'claimed'>,
  ): Promise<InvocationResult> {
    const tries: Tries = { lost: 1, returned: RETURNS, waitedMs, claimed, firstLine: undefined };
    for (;;) {
      const result = await this.#attempt(snapshot, spec, request, tries);
      if (result !== undefined) return result;
    }
  }

  /** Undefined when no code ran for the request and `tries`, which counts down, allows another attempt. */
  async #attempt(
    snapshot: VersionSnapshot,
    spec: LaunchSpec,
    request: InvocationRequest,
    tries: Tries,
  ): Promise<InvocationResult | undefined> {
    const { clock, logs } = this.#options;
    const { requestId } = request;
    const since = clock.monotonic();
    let lease: Lease;
    const { claimed } = tries;
    const failed: StartFailed[] = claimed?.failed ?? [];
    tries.claimed = undefined;
    try {
      const laneBytes = tries.returned > 0 ? laneBytesOf(snapshot, request) : undefined;
      lease = await (claimed?.lease ?? this.#acquire(spec, request.signal, laneBytes, failed));
      if (failed.length > 0) releasePrinted(failed, requestId);
    } catch (error) {
      const routed = { snapshot, alias: spec.context.alias };
      if (error instanceof StartFailed) {
        const { refusal, failure } = error;
        if (refusal === undefined)
          return this.#failedStart(snapshot, spec, request, { error, failed, firstLine: tries.firstLine });
        this.#records.refused(routed, request, spec.memoryMb, failure);
        releasePrinted(failed, requestId);
        throw refusal;
      }
      releasePrinted(failed, requestId);
      if (error instanceof PlatformError && error.code === 'overloaded')
        this.#records.refused(routed, request, spec.memoryMb);
      throw error;
    }
    if (request.startBefore !== undefined && clock.monotonic() >= request.startBefore) {
      lease.release();
      throw new PlatformError('overloaded', 'no instance was free before the latest time to start');
    }
    const { instance } = lease;
    const leasedMs = failed.length === 0 ? lease.waitedMs : clock.monotonic() - since;
    let end: LeaseEnd | undefined;
    try {
      const startedAt = clock.now();
      request.onBegin?.();
      const tail = request.tail ? logs.openTail(instance.id, requestId, LIMITS.logTailBytes) : undefined;
      const { depth } = request;
      const { firstLine } = tries;
      logs.started(instance.id, spec, { requestId, traceparent: this.#records.traceparent(request), depth, firstLine });
      const answer = await instance.invoke({
        requestId,
        event: request.event,
        timeoutMs: snapshot.timeoutSeconds * 1000,
        // The caller waits for the answer: the function sees a synchronous call.
        invokeType: request.mode === 'async' ? 'async' : 'sync',
        ...(request.http === undefined ? {} : { http: request.http }),
        ...(request.openSink === undefined || !snapshot.returnStream ? {} : { sink: request.openSink() }),
        ...(request.body === undefined ? {} : { body: request.body }),
        credentials: this.#credentials(snapshot, request),
        ...(request.depth === undefined ? {} : { depth: request.depth }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(spec.debug === undefined ? {} : { isHeld: spec.debug.isAttached }),
      });
      if (answer.failure !== undefined && this.#options.requests?.isCut === true) {
        throw new PlatformError('unavailable', 'the server stopped before the function had ended', {
          hint: 'The function may have done a part of its work. Send the request again.',
        });
      }
      end = { ownMs: answer.ownMs, cpuMs: answer.cpuMs, isUnclean: isUnclean(answer) };
      if (answer.notStarted !== undefined && tries[answer.notStarted] > 0) {
        tries[answer.notStarted] -= 1;
        tries.waitedMs += clock.monotonic() - since;
        tries.firstLine = logs.moved(instance.id, requestId);
        return undefined;
      }
      if (answer.failure !== undefined) this.#notes.add({ snapshot, spec, requestId }, instance, answer);
      const failure = answer.failure ?? tooLarge(answer.payload, request.http);
      const payload = failure?.payload ?? answer.payload;
      const measured: Measured = {
        instanceId: instance.id,
        failure,
        cold: lease.cold,
        reserved: lease.reserved,
        phases: lease.phases,
        waitedMs: tries.waitedMs + leasedMs + (answer.queuedMs ?? 0),
        handlerMs: answer.handlerMs,
        totalMs: clock.monotonic() - request.receivedAt,
        cpuMs: answer.cpuMs,
        isCpuShared: answer.isCpuShared,
        peakMemoryBytes: answer.peakMemoryBytes,
        responseBytes: answer.streamedBytes ?? payload.length,
        startedAt,
      };
      const receipt = this.#records.finished(snapshot, spec, request, measured);
      const streamed = answer.streamedBytes !== undefined;
      return { failure, payload, streamed, receipt, logTail: tail?.text() ?? '', codeDigest: snapshot.codeDigest };
    } finally {
      logs.ended(instance.id, requestId);
      lease.release(end);
    }
  }

  #credentials({ projectId, agency }: VersionSnapshot, { depth = 0 }: InvocationRequest): Credentials {
    if (agency === undefined) return NO_CREDENTIALS;
    return this.#options.agencyCredentials?.(projectId, agency, depth + 1) ?? NO_CREDENTIALS;
  }

  /**
   * A failing initializer gets three instances before the request fails; a start that lost its agent gets one more.
   * Adds each failed start to `failed`.
   */
  async #acquire(
    spec: LaunchSpec,
    signal: AbortSignal | undefined,
    laneBytes: number | undefined,
    failed: StartFailed[],
  ): Promise<Lease> {
    let initFailures = 0;
    let lost = 0;
    for (;;) {
      try {
        return await this.#options.pool.acquire(spec, signal, laneBytes);
      } catch (error) {
        if (!(error instanceof StartFailed)) throw error;
        failed.push(error);
        if (error.isAgentLost) lost += 1;
        else if (error.failure.outcome === 'init_failed') initFailures += 1;
        else throw error;
        if (lost > 1 || initFailures >= INIT_ATTEMPTS) throw error;
      }
    }
  }

  #failedStart(
    snapshot: VersionSnapshot,
    spec: LaunchSpec,
    request: InvocationRequest,
    { error, failed, firstLine }: FailedAttempt,
  ): InvocationResult {
    const { clock, logs } = this.#options;
    const { failure } = error;
    const { requestId } = request;
    const instanceId = '';
    const tail = request.tail ? logs.openTail(instanceId, requestId, LIMITS.logTailBytes) : undefined;
    const { depth } = request;
    logs.started(instanceId, spec, { requestId, traceparent: this.#records.traceparent(request), depth, firstLine });
    releasePrinted(failed, requestId);
    if (!error.isReasonPrinted) {
      const reason = failure.payload.subarray(0, MAX_LOG_BYTES).toString('utf8');
      logs.fromPlatform(instanceId, spec, requestId, reason, 'ERROR');
    }
    this.#notes.addToStart({ snapshot, spec, requestId }, failure);
    const receipt = this.#records.finished(snapshot, spec, request, {
      instanceId,
      failure,
      cold: true,
      reserved: false,
      phases: error.phases,
      waitedMs: clock.monotonic() - request.receivedAt,
      handlerMs: 0,
      totalMs: clock.monotonic() - request.receivedAt,
      cpuMs: null,
      peakMemoryBytes: error.peakMemoryBytes,
      responseBytes: failure.payload.length,
      startedAt: clock.now(),
    });
    logs.ended(instanceId, requestId);
    const logTail = tail?.text() ?? '';
    return { failure, payload: failure.payload, streamed: false, receipt, logTail, codeDigest: snapshot.codeDigest };
  }
}

/** Instances that failed alike printed the same output: it is logged once. */
function releasePrinted(failed: readonly StartFailed[], requestId: string): void {
  failed.forEach((each, at) => {
    each.printed.releaseUnlike(failed[at - 1]?.printed, requestId);
  });
}

/** The size of its event, when a request may wait in an instance for another one. */
function laneBytesOf({ returnStream, lanes }: VersionSnapshot, request: InvocationRequest): number | undefined {
  const { event, body, openSink } = request;
  const streams = body !== undefined || (openSink !== undefined && returnStream);
  return !lanes || streams || event.length > LANE_EVENT_BYTES ? undefined : event.length;
}

/** Whether the instance may be damaged, or its output not be complete: an error of the code alone is neither. */
function isUnclean({ failure, isRaw, notStarted }: InstanceAnswer): boolean {
  if (notStarted === 'returned') return false;
  return isRaw === true || (failure !== undefined && failure.outcome !== 'function_error');
}

function specKey({ alias }: Pick<Routed, 'alias'>, memoryMb: number): string {
  return `${memoryMb}:${alias}`;
}

/** Runtimes check their own results; a bootstrap may not. */
function tooLarge(payload: Buffer, http: true | undefined): Failure | undefined {
  const headBytes = http ? MAX_HEADER_BYTES : 0;
  if (payload.length <= LIMITS.resultBytes + LIMITS.sizeToleranceBytes + headBytes) return undefined;
  const errorMessage = `response body size ${payload.length} exceeds the limit of ${LIMITS.resultBytes}`;
  return {
    outcome: 'function_error',
    code: 4004,
    component: 'function',
    payload: Buffer.from(JSON.stringify({ errorMessage, errorType: 'FunctionResultTooLarge' })),
  };
}
