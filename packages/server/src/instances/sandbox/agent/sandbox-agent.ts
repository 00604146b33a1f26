import type { AgentEvent, DriverName, FileSystemMount, MountCheck, VpcNetwork } from '@funcgraph/agent';
import { SandboxError } from '../errors.ts';
import type { Sandbox, SandboxCapabilities, SandboxDriver, SandboxSpec } from '../sandbox.ts';
import { AgentClient, type StartAgent } from './agent-client.ts';
import { AGENT_LIMITS, type AgentLimits } from './agent-limits.ts';
import { AgentSandbox } from './agent-sandbox.ts';

/** The running agent and its sandboxes. */
interface Generation {
  readonly client: AgentClient;
  readonly sandboxes: Map<string, AgentSandbox>;
}

/** Agents started in a row after one that can do less; the last is used in any case. */
const MAX_ATTEMPTS = 3;

/**
 * Drivers that work through the privileged agent. When an agent dies, its sandboxes die with it (`exited` with signal
 * `AGENT`). It is not replaced silently: `onGone` is called, and `ensureAgent` starts the next one. An agent detects
 * the capabilities of the machine at its start. An agent with fewer than the first one had an accident (a program that
 * it calls was killed, for example) and is replaced, because functions could not start as long as it runs.
 */
export class SandboxAgent {
  readonly #startProcess: StartAgent;
  readonly #limits: AgentLimits;
  readonly #goneListeners = new Set<(reason: string) => void>();
  #current: Promise<Generation> | undefined;
  /** Capabilities of the first agent. */
  #able: readonly SandboxCapabilities[] | undefined;
  #closed = false;

  constructor(startProcess: StartAgent, limits = AGENT_LIMITS) {
    this.#startProcess = startProcess;
    this.#limits = limits;
  }

  /** Starts an agent unless one lives; many callers at once start one. Rejects with `AGENT_FAILED`. */
  async ensureAgent(): Promise<{ readonly pid: number; readonly swept: number }> {
    for (;;) {
      if (this.#closed) throw new SandboxError('AGENT_GONE', 'the sandbox agent was closed');
      this.#current ??= this.#startAgent();
      const { client } = await this.#current;
      if (!client.isKilled) return { pid: client.pid, swept: client.swept };
      // A hung agent is replaced after its death.
      await client.gone;
    }
  }

  driver(name: DriverName): SandboxDriver {
    return {
      name,
      capabilities: () => this.#capabilities(name),
      start: (spec, signal) => this.#start(name, spec, signal),
    };
  }

  /**
   * Makes the bridge of a network and returns its name. Rejects with `NOT_ALLOWED`, `NETWORK_TAKEN`, `NETWORK_FAILED`,
   * `NOT_SUPPORTED`.
   */
  async openNetwork(network: VpcNetwork): Promise<string> {
    await this.ensureAgent();
    const { client } = await this.#living();
    return (await client.request({ op: 'open-network', network })).bridge;
  }

  /** Removes the bridge of a network, which must have no sandbox attached. Idempotent. */
  async closeNetwork(id: string): Promise<void> {
    await this.ensureAgent();
    const { client } = await this.#living();
    await client.request({ op: 'close-network', id });
  }

  /**
   * Whether a file system can be mounted. Rejects with `MOUNT_FAILED` and the reason, `NOT_ALLOWED`, `NOT_SUPPORTED`.
   */
  async tryMount(mount: FileSystemMount): Promise<MountCheck> {
    await this.ensureAgent();
    const { client } = await this.#living();
    return client.request({ op: 'try-mount', mount });
  }

  /** Called with the reason each time an agent dies without `close`. Returns the function that removes the listener. */
  onGone(listener: (reason: string) => void): () => void {
    this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  /** Stops every sandbox and the agent. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const generation = await this.#current?.catch(() => undefined);
    await generation?.client.close();
  }

  #startAgent(): Promise<Generation> {
    const starting = this.#ableAgent();
    starting.then(
      ({ client, sandboxes }) => client.gone.then((reason) => this.#lose(starting, sandboxes, reason)),
      () => {
        if (this.#current === starting) this.#current = undefined;
      },
    );
    return starting;
  }

  /** An agent with the capabilities of the first one, or the last of a few with less. */
  async #ableAgent(): Promise<Generation> {
    for (let attempt = 1; ; attempt += 1) {
      const sandboxes = new Map<string, AgentSandbox>();
      const client = await AgentClient.start(this.#startProcess, this.#limits, {
        onEvent: (event) => deliver(sandboxes, event),
        onDoor: ({ sandboxId, port, handle }) => {
          const sandbox = sandboxes.get(sandboxId);
          if (sandbox === undefined) handle.close();
          else sandbox.door(port, handle);
        },
      });
      const able = await client.request({ op: 'capabilities' }).catch(async (error: unknown) => {
        await client.close();
        throw error;
      });
      this.#able ??= able;
      if (attempt === MAX_ATTEMPTS || !isLessAble(able, this.#able)) return { client, sandboxes };
      await client.close();
    }
  }

  #lose(generation: Promise<Generation>, sandboxes: Map<string, AgentSandbox>, reason: string): void {
    if (this.#current === generation) this.#current = undefined;
    for (const sandbox of sandboxes.values()) sandbox.lose();
    sandboxes.clear();
    if (!this.#closed) for (const listener of this.#goneListeners) listener(reason);
  }

  async #capabilities(name: DriverName): Promise<SandboxCapabilities> {
    const { client } = await this.#living();
    const all = await client.request({ op: 'capabilities' });
    const found = all.find(({ driver }) => driver === name);
    if (found === undefined) throw new SandboxError('DRIVER_UNUSABLE', `the agent has no driver ${name}`);
    return found;
  }

  async #start(name: DriverName, spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox> {
    signal.throwIfAborted();
    const { client, sandboxes } = await this.#living();
    if (sandboxes.has(spec.id)) throw new SandboxError('SANDBOX_EXISTS', `a sandbox ${spec.id} already exists`);
    const sandbox = new AgentSandbox(spec.id, client);
    sandboxes.set(spec.id, sandbox);
    try {
      const { pid, usage } = await client.request({ op: 'start', driver: name, spec });
      sandbox.started(pid, usage);
      if (signal.aborted) {
        await sandbox.stop();
        throw signal.reason;
      }
      return sandbox;
    } catch (error) {
      sandboxes.delete(spec.id);
      // It did not answer in time: a sandbox that it starts later is stopped.
      if (isTimeout(error)) client.request({ op: 'stop', id: spec.id }).catch(() => {});
      throw error;
    }
  }

  async #living(): Promise<Generation> {
    if (this.#current === undefined) {
      throw new SandboxError('AGENT_GONE', 'no sandbox agent runs', { hint: 'call ensureAgent first' });
    }
    return this.#current;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof SandboxError && error.code === 'AGENT_TIMEOUT';
}

export function isLessAble(now: readonly SandboxCapabilities[], before: readonly SandboxCapabilities[]): boolean {
  return before.some((was) => {
    const is = now.find(({ driver }) => driver === was.driver);
    if (is === undefined || is.degraded.length > was.degraded.length) return true;
    return (['usable', 'rootPrivileges', 'canAssign', 'networks', 'mounts', 'doors'] as const).some(
      (can) => was[can] && !is[can],
    );
  });
}

function deliver(sandboxes: Map<string, AgentSandbox>, event: Exclude<AgentEvent, { readonly event: 'ready' }>): void {
  const sandbox = sandboxes.get(event.id);
  if (event.event === 'output') {
    sandbox?.output({ stream: event.stream, text: event.text });
    return;
  }
  sandboxes.delete(event.id);
  sandbox?.exit(event.exit);
}
