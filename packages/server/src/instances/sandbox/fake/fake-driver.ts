import { SandboxError } from '../errors.ts';
import type { SandboxCapabilities, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { behaviourOf, type FakeFunction } from './behaviour.ts';
import { FakeSandbox } from './fake-sandbox.ts';

/** In-memory driver for tests: each sandbox connects to its link socket and runs the handler of the test. */
export class FakeSandboxDriver implements SandboxDriver {
  readonly name = 'fake';
  /** Living sandboxes by id. */
  readonly running = new Map<string, FakeSandbox>();
  /** Every spec started so far, in order. */
  readonly started: SandboxSpec[] = [];
  readonly #choose: (spec: SandboxSpec) => FakeFunction;
  readonly #doors: boolean;

  /**
   * Give one function for all sandboxes, or choose by spec; throw in the choice to make the start fail. With `doors`
   * they can be given sockets by `FakeSandbox.openDoors`.
   */
  constructor(fn: FakeFunction | ((spec: SandboxSpec) => FakeFunction), { doors = false } = {}) {
    this.#doors = doors;
    this.#choose = typeof fn === 'function' ? fn : () => fn;
  }

  async capabilities(): Promise<SandboxCapabilities> {
    return {
      driver: 'fake',
      usable: true,
      rootPrivileges: false,
      cgroup: 'none',
      canAssign: true,
      networks: false,
      mounts: false,
      doors: this.#doors,
      degraded: ['Nothing is isolated: the fake driver is for tests.'],
    };
  }

  async start(spec: SandboxSpec, signal: AbortSignal): Promise<FakeSandbox> {
    signal.throwIfAborted();
    if (this.running.has(spec.id)) throw new SandboxError('SANDBOX_EXISTS', `a sandbox ${spec.id} already runs`);
    this.started.push(spec);
    const sandbox = await startOrExplain(spec, this.#choose, signal);
    this.running.set(spec.id, sandbox);
    void sandbox.exited.then(() => this.running.delete(spec.id));
    return sandbox;
  }
}

async function startOrExplain(
  spec: SandboxSpec,
  choose: (spec: SandboxSpec) => FakeFunction,
  signal: AbortSignal,
): Promise<FakeSandbox> {
  try {
    return await FakeSandbox.start(spec, behaviourOf(choose(spec)), signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new SandboxError('SANDBOX_START_FAILED', `cannot start sandbox ${spec.id}`, { cause: error });
  }
}
