import type { VersionSnapshot } from '../control/index.ts';
import type { Failure, InstanceAnswer, LaunchSpec, Lease } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import { networkHint } from './network-hint.ts';
import type { RequestLogs } from './request-logs.ts';
import { timeoutHint } from './timeout-hint.ts';

interface FailureNotesOptions {
  readonly logs: Pick<RequestLogs, 'fromPlatform'>;
  readonly clock: Clock;
  /** Why instances of a version reach nothing outside; undefined when they have a network. */
  readonly networkGap?: ((snapshot: VersionSnapshot) => string | undefined) | undefined;
}

interface FailedRequest {
  readonly snapshot: VersionSnapshot;
  readonly spec: LaunchSpec;
  readonly requestId: string;
}

/** Adds to the log of a failed request what its answer does not say. */
export class FailureNotes {
  readonly #options: FailureNotesOptions;

  constructor(options: FailureNotesOptions) {
    this.#options = options;
  }

  /** For a request that an instance answered. */
  add(request: FailedRequest, instance: Lease['instance'], answer: InstanceAnswer): void {
    const { failure } = answer;
    if (failure?.outcome === 'timeout') this.#write(request, instance.id, this.#ofTimeout(request, instance, answer));
    else if (failure !== undefined) this.addToStart(request, failure, instance.id);
  }

  /** For a failure that may have happened before an instance could serve. */
  addToStart(request: FailedRequest, { component, payload }: Failure, instanceId = ''): void {
    if (component !== 'function') return;
    const text = networkHint(payload, () => this.#options.networkGap?.(request.snapshot));
    if (text !== undefined) this.#write(request, instanceId, text);
  }

  #ofTimeout(
    { snapshot: { runtime }, requestId }: FailedRequest,
    instance: Lease['instance'],
    { handlerMs, cpuMs, isCpuShared }: InstanceAnswer,
  ): string {
    const last = instance.lastLineOf(requestId);
    const now = this.#options.clock.now();
    const lastLine = last === undefined ? undefined : { text: last.text, agoMs: Math.max(0, now - last.time) };
    return timeoutHint({ runtime, handlerMs, cpuMs: isCpuShared === true ? null : cpuMs, lastLine });
  }

  #write({ spec, requestId }: FailedRequest, instanceId: string, text: string): void {
    this.#options.logs.fromPlatform(instanceId, spec, requestId, text, 'WARN');
  }
}
