import { PLATFORM_ADDRESS } from '@funcgraph/agent';
import type { InitFrame } from '@funcgraph/runtimes';
import type { Clock } from '../../lib/clock.ts';
import type { StartPhases } from '../instance/instance-types.ts';
import type { InitResult } from '../runtime-link/index.ts';
import type { BootedRuntime } from './boot-runtime.ts';
import type { LaunchSpec } from './launch-spec.ts';
import type { PlatformDoors } from './platform-doors.ts';
import { InitTooSlow, orExitAfterLink, type StartStage } from './start-errors.ts';

interface LoadingDeps {
  readonly clock: Clock;
  readonly httpStartMs: number;
  readonly doors?: PlatformDoors | undefined;
}

interface LoadingLimits {
  readonly signal: AbortSignal;
  readonly loadLimitMs: number;
  readonly progress: { stage: StartStage };
  /** Gets the times of loading and initializer in every case. */
  readonly phases: { -readonly [K in keyof StartPhases]: number };
}

/** The code of a version on its way into a runtime, which reads `init` as soon as it runs. */
export class Loading {
  readonly #booted: BootedRuntime;
  readonly #spec: LaunchSpec;
  readonly #clock: Clock;
  readonly #result: Promise<InitResult>;
  #initBegan: number | undefined;
  #onInitializing: () => void = () => {};

  /** Sends `init`. */
  constructor(booted: BootedRuntime, spec: LaunchSpec, { clock, httpStartMs, doors }: LoadingDeps) {
    this.#booted = booted;
    this.#spec = spec;
    this.#clock = clock;
    const frame: InitFrame = {
      type: 'init',
      handler: spec.handler,
      ...(spec.initializer === undefined ? {} : { initializer: spec.initializer }),
      initializerTimeoutMs: spec.initializerTimeoutMs,
      ...(spec.heartbeat === undefined ? {} : { heartbeat: spec.heartbeat }),
      ...(spec.preStop === undefined ? {} : { preStop: spec.preStop.handler }),
      codeRoot: spec.codeRoot,
      concurrency: spec.concurrency,
      env: doors === undefined ? spec.env : { ...spec.env, ...doors.env },
      ...(spec.debug === undefined || doors === undefined
        ? {}
        : { debug: { port: spec.debug.port, door: `${PLATFORM_ADDRESS}:${doors.debuggerPort}` } }),
      ...(spec.image === undefined ? { listenMs: httpStartMs } : { image: spec.image }),
      context: { ...spec.context, instanceId: booted.id },
    };
    this.#result = booted.link.init(frame, () => {
      this.#initBegan = clock.monotonic();
      this.#onInitializing();
    });
    // A runtime that gets no code after all is stopped without an answer.
    this.#result.catch(() => {});
  }

  /** The answer. From now on loading and then the initializer have their limits; rejects with `InitTooSlow`. */
  async end({ signal, loadLimitMs, progress, phases }: LoadingLimits): Promise<InitResult> {
    const clock = this.#clock;
    const began = clock.monotonic();
    let cut: (reason: unknown) => void = () => {};
    const ended = new Promise<never>((_, reject) => {
      cut = reject;
    });
    let limit = clock.after(loadLimitMs, () => cut(new InitTooSlow('load')));
    const onAbort = (): void => cut(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const startsInitializer = (): void => {
      limit.cancel();
      progress.stage = 'init';
      limit = clock.after(this.#spec.initializerTimeoutMs, () => cut(new InitTooSlow('init')));
    };
    if (this.#initBegan === undefined) this.#onInitializing = startsInitializer;
    else startsInitializer();
    let saidMs = 0;
    try {
      const init = await Promise.race([orExitAfterLink(this.#result, this.#booted.sandbox, clock), ended]);
      if (init.ok) saidMs = init.initMs;
      return init;
    } finally {
      limit.cancel();
      signal.removeEventListener('abort', onAbort);
      const now = clock.monotonic();
      divide(now - began, this.#initBegan === undefined ? saidMs : now - this.#initBegan, phases);
    }
  }
}

/** Without an `initializing` frame the runtime reports how its time was divided; the sum is measured here. */
function divide(totalMs: number, initMs: number, phases: LoadingLimits['phases']): void {
  phases.initMs = Math.min(Math.max(initMs, 0), totalMs);
  phases.loadMs = totalMs - phases.initMs;
}
