import { AgentError } from './agent-error.ts';
import type { Driver } from './drivers/driver.ts';
import type { RunningSandbox, SandboxHooks } from './drivers/running-sandbox.ts';
import type { SharedMounts } from './mounts/shared-mounts.ts';
import type { Networks } from './network/networks.ts';
import { OomWatch } from './oom-watch.ts';
import { parseRequest, seqOf } from './parse-request.ts';
import type { AgentMessage, AgentRequest, DriverName, SandboxSpec } from './protocol.ts';

const MAX_SANDBOXES = 4096;
/** Requests that are being answered; a server has a few for each sandbox. */
const MAX_REQUESTS = 4 * MAX_SANDBOXES;

type Request<Op extends AgentRequest['op']> = Extract<AgentRequest, { op: Op }>;

export interface AgentParts {
  readonly drivers: ReadonlyMap<DriverName, Driver>;
  readonly send: (message: AgentMessage) => void;
  /** Undefined on a machine without. */
  readonly networks?: Networks | undefined;
  readonly mounts?: SharedMounts | undefined;
  readonly oomWatch?: (onKill: () => void) => OomWatch;
}

/** Answers the server's requests concurrently: a slow start does not delay other requests. */
export class Agent {
  readonly #drivers: ReadonlyMap<DriverName, Driver>;
  readonly #send: (message: AgentMessage) => void;
  readonly #networks: Networks | undefined;
  readonly #mounts: SharedMounts | undefined;
  readonly #oomWatch: OomWatch;
  readonly #sandboxes = new Map<string, Promise<RunningSandbox>>();
  #stopping = false;
  #running = 0;

  constructor({ drivers, send, networks, mounts, oomWatch = (onKill) => new OomWatch(onKill) }: AgentParts) {
    this.#drivers = drivers;
    this.#send = send;
    this.#networks = networks;
    this.#mounts = mounts;
    this.#oomWatch = oomWatch(() => this.#checkMemory());
  }

  /** Answers one line. Never throws; a line without a sequence number gets no answer. */
  async handle(line: string): Promise<void> {
    let seq: number | undefined;
    this.#running += 1;
    try {
      if (this.#running > MAX_REQUESTS)
        throw new AgentError('SANDBOX_LIMIT', `more than ${MAX_REQUESTS} requests at once`);
      const request = parseRequest(line);
      seq = request.seq;
      const value = await this.#run(request);
      this.#send({ seq, ok: true, value });
    } catch (error) {
      seq ??= seqOf(line);
      if (seq !== undefined) this.#send({ seq, ok: false, ...describe(error) });
    } finally {
      this.#running -= 1;
    }
  }

  /** Refuses new requests, stops every sandbox and resolves when all are removed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.allSettled([...this.#sandboxes.keys()].map((id) => this.#stop(id)));
    this.#oomWatch.set(false);
  }

  async #run(request: AgentRequest): Promise<unknown> {
    switch (request.op) {
      case 'capabilities':
        return Promise.all([...this.#drivers.values()].map((driver) => driver.capabilities()));
      case 'ping':
        return {};
      case 'start':
        return this.#start(request);
      case 'stop':
        await this.#stop(request.id);
        return {};
      case 'share':
        return this.#share(request.id);
      case 'usage':
        return (await this.#find(request.id)).sandbox.usage();
      case 'flush':
        await (await this.#find(request.id)).sandbox.flushOutput();
        return {};
      case 'freeze':
        await (await this.#find(request.id)).sandbox.freeze();
        return {};
      case 'thaw':
        await (await this.#find(request.id)).sandbox.thaw();
        return {};
      case 'assign':
        return this.#assign(request);
      case 'open-network':
        return { bridge: await available(this.#networks, 'networks').openVpc(request.network) };
      case 'close-network':
        await this.#networks?.closeVpc(request.id);
        return {};
      case 'try-mount':
        return available(this.#mounts, 'file systems').check(request.mount);
      default:
        throw new Error(`unhandled request ${JSON.stringify(request satisfies never)}`);
    }
  }

  readonly #specs = new Map<string, SandboxSpec>();

  async #start({ driver: name, spec }: Request<'start'>): Promise<unknown> {
    if (this.#stopping) throw new AgentError('STOPPING', 'the agent is stopping');
    if (this.#sandboxes.has(spec.id)) throw new AgentError('SANDBOX_EXISTS', `sandbox ${spec.id} already exists`);
    if (this.#sandboxes.size >= MAX_SANDBOXES)
      throw new AgentError('SANDBOX_LIMIT', `more than ${MAX_SANDBOXES} sandboxes`);
    const driver = this.#drivers.get(name);
    if (driver === undefined) throw new AgentError('DRIVER_UNUSABLE', `there is no driver ${name}`);
    const starting = driver.start(spec, this.#hooks(spec.id));
    this.#sandboxes.set(spec.id, starting);
    this.#specs.set(spec.id, spec);
    this.#oomWatch.set(true);
    try {
      const sandbox = await starting;
      void sandbox.removed.catch(() => {}).then(() => this.#forget(spec.id));
      return { pid: sandbox.pid, usage: sandbox.usagePaths };
    } catch (error) {
      this.#forget(spec.id);
      throw error;
    }
  }

  async #stop(id: string): Promise<void> {
    const starting = this.#sandboxes.get(id);
    if (starting === undefined) return;
    // A failed start cleans up by itself and reports its error to its own caller.
    const sandbox = await starting.catch(() => undefined);
    await sandbox?.stop();
  }

  async #share(id: string): Promise<Record<string, never>> {
    const { sandbox, spec } = await this.#find(id);
    await sandbox.share(spec.cpuMillis);
    return {};
  }

  async #assign({ id, assignment }: Request<'assign'>): Promise<Record<string, never>> {
    const { sandbox, spec } = await this.#find(id);
    await sandbox.assign(assignment);
    this.#specs.set(id, { ...spec, cpuMillis: assignment.cpuMillis });
    return {};
  }

  async #find(id: string): Promise<{ readonly sandbox: RunningSandbox; readonly spec: SandboxSpec }> {
    const sandbox = await this.#sandboxes.get(id)?.catch(() => undefined);
    const spec = this.#specs.get(id);
    if (sandbox === undefined || spec === undefined) throw new AgentError('SANDBOX_GONE', `there is no sandbox ${id}`);
    return { sandbox, spec };
  }

  #hooks(id: string): SandboxHooks {
    return {
      onOutput: (stream, text) => this.#send({ event: 'output', id, stream, text }),
      onExit: (exit) => this.#send({ event: 'exited', id, exit }),
    };
  }

  #forget(id: string): void {
    this.#sandboxes.delete(id);
    this.#specs.delete(id);
    this.#oomWatch.set(this.#sandboxes.size > 0);
  }

  #checkMemory(): void {
    for (const starting of this.#sandboxes.values()) {
      void starting.then((sandbox) => sandbox.killIfOutOfMemory()).catch(() => {});
    }
  }
}

function available<T>(part: T | undefined, what: string): T {
  if (part !== undefined) return part;
  throw new AgentError('NOT_SUPPORTED', `this machine has no ${what} for functions`, { hint: 'see fgs doctor' });
}

function describe(error: unknown): { code: AgentError['code']; error: string; hint?: string } {
  if (error instanceof AgentError) {
    const { code, message, hint } = error;
    return { code, error: message, ...(hint === undefined ? {} : { hint }) };
  }
  return { code: 'INTERNAL', error: error instanceof Error ? error.message : String(error) };
}
