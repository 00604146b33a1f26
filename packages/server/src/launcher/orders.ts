import type { ChildProcess } from 'node:child_process';
import { type AgentProcess, type AgentProcessOptions, sendable, spawnAgent } from '@funcgraph/agent';
import { type LauncherMessage, orderIn } from './messages.ts';
import { closeRunDir } from './run-dir.ts';

/**
 * Carries out the orders of the server: starts an agent, always with the same rules, and passes its socket on; at most
 * one lives at a time. An order has no arguments, so a compromised server can only repeat orders.
 */
export class Orders {
  readonly #options: AgentProcessOptions;
  readonly #server: Pick<ChildProcess, 'connected' | 'send'>;
  #agent: AgentProcess | undefined;

  constructor(options: AgentProcessOptions, server: Pick<ChildProcess, 'connected' | 'send'>) {
    this.#options = options;
    this.#server = server;
  }

  /** False when the message is no order. */
  take(message: unknown): boolean {
    const order = orderIn(message);
    if (order === 'start-agent') this.#start();
    if (order === 'kill-agent') this.#agent?.kill();
    if (order === 'remove-run-dir') void this.#removeRunDir();
    return order !== undefined;
  }

  #start(): void {
    try {
      if (this.#agent !== undefined) throw new Error('another agent still runs');
      this.#pass(spawnAgent(this.#options));
    } catch (error) {
      this.#send({ event: 'agent-failed', reason: (error as Error).message });
    }
  }

  /**
   * Nothing of the socket was read here: it is passed on in the turn in which it was created. It is read until the server
   * has taken it, and what came until then would be lost: so a server gets an agent when it asks, and not before.
   */
  #pass(agent: AgentProcess): void {
    const { pid, socket, ended } = agent;
    this.#agent = agent;
    this.#send({ event: 'agent', pid }, socket);
    agent.onDoor(({ handle, ...door }) => {
      const close = (): void => handle.close();
      if (this.#server.connected) this.#server.send({ event: 'door', ...door }, sendable(handle), {}, close);
      else close();
    });
    void ended.then((reason) => {
      this.#agent = undefined;
      this.#send({ event: 'agent-ended', pid, reason });
    });
  }

  async #removeRunDir(): Promise<void> {
    await closeRunDir(this.#options.runDir);
    this.#send({ event: 'run-dir-removed' });
  }

  #send(message: LauncherMessage, socket?: AgentProcess['socket']): void {
    if (!this.#server.connected) return;
    this.#server.send(message, socket, {}, () => {});
  }
}
