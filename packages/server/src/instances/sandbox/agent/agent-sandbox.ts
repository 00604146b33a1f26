import { Server } from 'node:net';
import type { DoorHandle, SandboxExit } from '@funcgraph/agent';
import { DoorBuffer } from '../door-buffer.ts';
import { OutputBuffer } from '../output-buffer.ts';
import {
  type DoorListener,
  LOST,
  type Sandbox,
  type SandboxAssignment,
  type SandboxOutput,
  type SandboxUsage,
  type UsagePaths,
} from '../sandbox.ts';
import type { AgentClient } from './agent-client.ts';

/** A sandbox of the agent. Created before the answer to `start`, because its first events may arrive earlier. */
export class AgentSandbox implements Sandbox {
  readonly id: string;
  readonly exited: Promise<SandboxExit>;
  readonly #client: AgentClient;
  readonly #output = new OutputBuffer();
  readonly #doors = new DoorBuffer();
  #resolveExit: (exit: SandboxExit) => void = () => {};
  #pid = 0;
  #usagePaths: UsagePaths = {};

  constructor(id: string, client: AgentClient) {
    this.id = id;
    this.#client = client;
    this.exited = new Promise((resolve) => {
      this.#resolveExit = resolve;
    });
  }

  get pid(): number {
    return this.#pid;
  }

  get usagePaths(): UsagePaths {
    return this.#usagePaths;
  }

  started(pid: number, usagePaths: UsagePaths): void {
    this.#pid = pid;
    this.#usagePaths = usagePaths;
  }

  exit(exit: SandboxExit): void {
    this.#doors.close();
    this.#resolveExit(exit);
  }

  /** The agent died; its sandboxes died with it. */
  lose(): void {
    this.exit(LOST);
  }

  output(output: SandboxOutput): void {
    this.#output.push(output);
  }

  door(port: number, handle: DoorHandle): void {
    this.#doors.add(port, { listen: () => new Server().listen(handle), close: () => handle.close() });
  }

  onDoor(listener: DoorListener): void {
    this.#doors.listen(listener);
  }

  usage(): Promise<SandboxUsage> {
    return this.#client.request({ op: 'usage', id: this.id });
  }

  async flushOutput(): Promise<void> {
    await this.#client.request({ op: 'flush', id: this.id });
  }

  async share(): Promise<void> {
    await this.#client.request({ op: 'share', id: this.id });
  }

  async freeze(): Promise<void> {
    await this.#client.request({ op: 'freeze', id: this.id });
  }

  async thaw(): Promise<void> {
    await this.#client.request({ op: 'thaw', id: this.id });
  }

  async assign(assignment: SandboxAssignment): Promise<void> {
    await this.#client.request({ op: 'assign', id: this.id, assignment });
  }

  async stop(): Promise<SandboxExit> {
    // After the agent's death no sandbox is left to stop, and `exited` has resolved with that.
    await Promise.race([this.#client.request({ op: 'stop', id: this.id }).catch(rethrowUnlessGone), this.#client.gone]);
    return this.exited;
  }

  onOutput(listener: (output: SandboxOutput) => void): () => void {
    return this.#output.listen(listener);
  }
}

function rethrowUnlessGone(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'AGENT_GONE') return;
  throw error;
}
