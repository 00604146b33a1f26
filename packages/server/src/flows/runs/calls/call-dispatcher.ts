import type { Clock, Timer } from '../../../lib/clock.ts';

/** A call that waits for its turn. */
export interface DispatchedCall {
  readonly projectId: string;
  readonly flowId: string;
  /** Calls with the same key wait for the same places of the gate. */
  readonly functionKey: string;
  /** Makes the call; calls `admitted` when the gate has admitted it. Never rejects. */
  readonly run: (admitted: () => void) => Promise<'ended' | 'overloaded'>;
}

interface Project {
  /** Calls of each flow by function; the first flow is next. */
  readonly flows: Map<string, Map<string, DispatchedCall[]>>;
  /** Functions with a call that waits in the gate. */
  readonly waiting: Set<string>;
  /** Functions whose last call found no room. */
  readonly pauses: Map<string, Pause>;
  inFlight: number;
}

interface Pause {
  readonly ms: number;
  /** Until it ends no call of the function is made; undefined after that. */
  timer: Timer | undefined;
}

/** An overloaded function is tried again after this time, which doubles up to the longest. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * The calls of flows. Those of a project are made in turn by flow, at most `slots` of them at once, so that some of its
 * concurrency remains for other requests. Of each function at most one waits in the gate; the others wait here, without
 * a time limit and without being counted as refused.
 */
export class CallDispatcher {
  readonly #slots: number;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #projects = new Map<string, Project>();
  #running = 0;
  readonly #whenIdle: (() => void)[] = [];
  #stopped = false;

  constructor({ slots, clock }: { readonly slots: number; readonly clock: Pick<Clock, 'after'> }) {
    this.#slots = slots;
    this.#clock = clock;
  }

  /** Calls that have not begun. */
  get waiting(): number {
    let sum = 0;
    for (const { flows } of this.#projects.values()) {
      for (const functions of flows.values()) for (const calls of functions.values()) sum += calls.length;
    }
    return sum;
  }

  /** Returns a function that takes the call back; false, without effect, once the call has begun. */
  add(call: DispatchedCall): () => boolean {
    const { projectId, flowId, functionKey } = call;
    const project = this.#project(projectId);
    const functions = project.flows.get(flowId) ?? new Map<string, DispatchedCall[]>();
    project.flows.set(flowId, functions);
    const calls = functions.get(functionKey);
    if (calls === undefined) functions.set(functionKey, [call]);
    else calls.push(call);
    this.#dispatch(projectId, project);
    return () => this.#takeBack(projectId, call);
  }

  /** Begins no more calls. Resolves when those that began have ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    for (const { pauses } of this.#projects.values()) for (const { timer } of pauses.values()) timer?.cancel();
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #dispatch(projectId: string, project: Project): void {
    let refusals = 0;
    while (!this.#stopped && project.inFlight < this.#slots && refusals < project.flows.size) {
      const [entry] = project.flows;
      if (entry === undefined) break;
      const [flowId, functions] = entry;
      const call = next(project, functions);
      project.flows.delete(flowId);
      if (functions.size > 0) project.flows.set(flowId, functions);
      if (call === undefined) {
        refusals += 1;
        continue;
      }
      refusals = 0;
      void this.#run(projectId, project, call);
    }
    if (project.inFlight === 0 && project.flows.size === 0) {
      for (const { timer } of project.pauses.values()) timer?.cancel();
      this.#projects.delete(projectId);
    }
  }

  async #run(projectId: string, project: Project, call: DispatchedCall): Promise<void> {
    const { functionKey } = call;
    project.inFlight += 1;
    this.#running += 1;
    project.waiting.add(functionKey);
    let isWaiting = true;
    const admitted = (): void => {
      if (!isWaiting) return;
      isWaiting = false;
      project.waiting.delete(functionKey);
      this.#dispatchSoon(projectId, project);
    };
    const result = await call.run(admitted);
    project.inFlight -= 1;
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    if (isWaiting) project.waiting.delete(functionKey);
    if (result === 'overloaded') this.#pause(projectId, project, call);
    else {
      project.pauses.get(functionKey)?.timer?.cancel();
      project.pauses.delete(functionKey);
    }
    this.#dispatch(projectId, project);
  }

  /** A call may be admitted while the loop that began it goes on. */
  #dispatchSoon(projectId: string, project: Project): void {
    queueMicrotask(() => this.#dispatch(projectId, project));
  }

  #pause(projectId: string, project: Project, call: DispatchedCall): void {
    const { flowId, functionKey } = call;
    const functions = project.flows.get(flowId) ?? new Map<string, DispatchedCall[]>();
    project.flows.set(flowId, functions);
    functions.set(functionKey, [call, ...(functions.get(functionKey) ?? [])]);
    const before = project.pauses.get(functionKey);
    before?.timer?.cancel();
    const ms = before === undefined ? PAUSE_MS : Math.min(before.ms * 2, LONGEST_PAUSE_MS);
    const pause: Pause = { ms, timer: undefined };
    pause.timer = this.#clock.after(ms, () => {
      pause.timer = undefined;
      this.#dispatch(projectId, project);
    });
    project.pauses.set(functionKey, pause);
  }

  #takeBack(projectId: string, call: DispatchedCall): boolean {
    const project = this.#projects.get(projectId);
    const functions = project?.flows.get(call.flowId);
    const calls = functions?.get(call.functionKey);
    const at = calls?.indexOf(call) ?? -1;
    if (project === undefined || functions === undefined || calls === undefined || at < 0) return false;
    calls.splice(at, 1);
    if (calls.length > 0) return true;
    functions.delete(call.functionKey);
    if (functions.size === 0) project.flows.delete(call.flowId);
    return true;
  }

  #project(projectId: string): Project {
    const known = this.#projects.get(projectId);
    if (known !== undefined) return known;
    const project: Project = { flows: new Map(), waiting: new Set(), pauses: new Map(), inFlight: 0 };
    this.#projects.set(projectId, project);
    return project;
  }
}

/** Takes the next call of a flow whose function may be called now; functions come in turn, too. */
function next({ waiting, pauses }: Project, functions: Map<string, DispatchedCall[]>): DispatchedCall | undefined {
  for (const [key, calls] of functions) {
    if (waiting.has(key) || pauses.get(key)?.timer !== undefined) continue;
    const call = calls.shift();
    functions.delete(key);
    if (calls.length > 0) functions.set(key, calls);
    return call;
  }
  return undefined;
}
