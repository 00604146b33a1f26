import { Socket } from 'node:net';
import { type AgentProcess, type Door, isDoorHandle } from '@funcgraph/agent';
import type { Settings } from '../config/index.ts';
import { tellParent } from '../lib/parent-process.ts';
import type { LauncherMessage, Order } from './messages.ts';

interface Starting {
  readonly resolve: (agent: AgentProcess) => void;
  readonly reject: (error: Error) => void;
}

/** The launcher as its server sees it: the startup data, and calls to start and kill agents. */
export class Launcher {
  readonly settings: Settings;
  readonly runDir: string;
  readonly linkDir: string;
  #starting: Starting | undefined;
  #onRemoved: (() => void) | undefined;
  readonly #onEnd = new Map<number, (reason: string) => void>();
  /** Of the living agent. */
  #onDoor: ((door: Door) => void) | undefined;

  private constructor({ settings, runDir, linkDir }: Extract<LauncherMessage, { readonly event: 'begin' }>) {
    this.settings = settings;
    this.runDir = runDir;
    this.linkDir = linkDir;
    process.on('message', (message: LauncherMessage, handle: unknown) => this.#receive(message, handle));
  }

  /** Resolves with the launcher's first message. From then on the end of the launcher ends this process at once. */
  static async connect(): Promise<Launcher> {
    if (process.send === undefined) throw new Error('only the launcher starts a server like this');
    // Its agent ended with the launcher, and every instance with the agent: no wait is needed.
    process.on('disconnect', () => process.exit(1));
    return new Promise((resolve, reject) =>
      // the next message may arrive in the same turn
      process.once('message', (begin: LauncherMessage) => {
        if (begin.event === 'begin') resolve(new Launcher(begin));
        else reject(new Error(`the launcher began with ${begin.event}`));
      }),
    );
  }

  /** Has the launcher start an agent. One at a time: the one before must have ended. Rejects when it cannot be started. */
  readonly startAgent = (): Promise<AgentProcess> => {
    const starting = new Promise<AgentProcess>((resolve, reject) => {
      this.#starting = { resolve, reject };
    });
    this.#order('start-agent');
    return starting;
  };

  /** Removes the run folder, unless something else uses it. While the data directory is locked: the next server makes its own. */
  readonly removeRunDir = (): Promise<void> => {
    const removed = new Promise<void>((resolve) => {
      this.#onRemoved = resolve;
    });
    this.#order('remove-run-dir');
    return removed;
  };

  #order(order: Order): void {
    void tellParent({ order });
  }

  #receive(message: LauncherMessage, handle: unknown): void {
    if (message.event === 'agent' && handle instanceof Socket) {
      const { pid } = message;
      const ended = new Promise<string>((resolve) => this.#onEnd.set(pid, resolve));
      const kill = (): void => this.#order('kill-agent');
      const onDoor = (listener: (door: Door) => void): void => {
        this.#onDoor = listener;
      };
      this.#starting?.resolve({ pid, socket: handle, ended, kill, onDoor });
    } else if (message.event === 'door' && isDoorHandle(handle)) {
      const { sandboxId, port } = message;
      if (this.#onDoor === undefined) handle.close();
      else this.#onDoor({ sandboxId, port, handle });
    } else if (message.event === 'agent-failed') {
      this.#starting?.reject(new Error(message.reason));
    } else if (message.event === 'stop') {
      process.kill(process.pid, 'SIGTERM');
    } else if (message.event === 'run-dir-removed') {
      this.#onRemoved?.();
    } else if (message.event === 'agent-ended') {
      this.#onEnd.get(message.pid)?.(message.reason);
      this.#onEnd.delete(message.pid);
    }
  }
}
