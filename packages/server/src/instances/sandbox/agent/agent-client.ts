import type { AgentEvent, AgentMessage, AgentReplies, AgentReply, AgentRequest } from '@funcgraph/agent';
import { SandboxError } from '../errors.ts';
import { type AgentProcess, type AgentProcessOptions, spawnAgent } from './agent-process.ts';

const READY_PATIENCE_MS = 20_000;
const MAX_LINE = 1 << 20;

type WithoutSeq<T> = T extends { readonly seq: number } ? Omit<T, 'seq'> : never;
type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };
type SandboxEvent = Exclude<AgentEvent, { readonly event: 'ready' }>;

/** Requests to one agent process and its events. Ends with the process; a new one needs a new client. */
export class AgentClient {
  /** Leftovers of dead agents that this one removed when it started. */
  readonly swept: number;
  /** Resolves when the agent is gone, with the reason in words. Never rejects. */
  readonly gone: Promise<string>;
  readonly #process: AgentProcess;
  readonly #waiters: Map<number, Waiter>;
  #seq = 0;

  private constructor(process: AgentProcess, swept: number, gone: Promise<string>, waiters: Map<number, Waiter>) {
    this.#process = process;
    this.swept = swept;
    this.gone = gone;
    this.#waiters = waiters;
  }

  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  /** Resolves when the agent is ready. Rejects with `AGENT_FAILED` and what it said. */
  static async start(options: AgentProcessOptions, onEvent: (event: SandboxEvent) => void): Promise<AgentClient> {
    const process = spawnAgent(options);
    const waiters = new Map<number, Waiter>();
    const gone = new Promise<string>((resolve) => {
      process.child.once('close', (code, signal) => resolve(process.complaint() || `it ended with ${signal ?? code}`));
    });
    // Registered first, so that no caller waits for an answer that cannot come.
    void gone.then((reason) => {
      for (const { reject } of waiters.values()) reject(goneError(reason));
      waiters.clear();
    });
    const ready = new Promise<number>((resolve) => {
      readLines(process, (message) => {
        if (!('event' in message)) return answer(waiters, message);
        if (message.event === 'ready') return resolve(message.swept);
        return onEvent(message);
      });
    });
    const timeout = setTimeout(() => process.child.kill('SIGKILL'), READY_PATIENCE_MS);
    try {
      const swept = await Promise.race([ready, gone.then((reason) => Promise.reject(failedError(reason)))]);
      return new AgentClient(process, swept, gone, waiters);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Rejects with `SandboxError`: the agent's own code, or `AGENT_GONE`. */
  request<Op extends AgentRequest['op']>(
    request: WithoutSeq<Extract<AgentRequest, { readonly op: Op }>> & { readonly op: Op },
  ): Promise<AgentReplies[Op]> {
    const { child, socket } = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || !socket.writable) {
      return Promise.reject(goneError('it ended before'));
    }
    this.#seq += 1;
    const seq = this.#seq;
    return new Promise((resolve, reject) => {
      this.#waiters.set(seq, { resolve: (value) => resolve(value as AgentReplies[Op]), reject });
      socket.write(`${JSON.stringify({ ...request, seq })}\n`);
    });
  }

  /** Hangs up; the agent then stops every sandbox, removes what they left and ends. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#process.socket.end();
    await this.gone;
  }
}

function readLines({ child, socket }: AgentProcess, onMessage: (message: AgentMessage) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onMessage(JSON.parse(line) as AgentMessage);
    if (pending.length > MAX_LINE) child.kill('SIGKILL');
  });
}

function answer(waiters: Map<number, Waiter>, reply: AgentReply): void {
  const waiter = waiters.get(reply.seq);
  waiters.delete(reply.seq);
  if (reply.ok) waiter?.resolve(reply.value);
  else waiter?.reject(new SandboxError(reply.code, reply.error, { hint: reply.hint }));
}

function goneError(reason: string): SandboxError {
  return new SandboxError('AGENT_GONE', `the sandbox agent is gone: ${reason}`, {
    hint: 'a new one is started on demand',
  });
}

function failedError(reason: string): SandboxError {
  return new SandboxError('AGENT_FAILED', `the sandbox agent did not start: ${reason}`);
}
