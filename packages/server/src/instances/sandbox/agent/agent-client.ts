import type {
  AgentEvent,
  AgentMessage,
  AgentProcess,
  AgentReplies,
  AgentReply,
  AgentRequest,
  Door,
} from '@funcgraph/agent';
import { SandboxError } from '../errors.ts';
import type { AgentLimits } from './agent-limits.ts';
import { Watchdog } from './watchdog.ts';

const MAX_LINE = 1 << 20;

type WithoutSeq<T> = T extends { readonly seq: number } ? Omit<T, 'seq'> : never;
type SandboxEvent = Exclude<AgentEvent, { readonly event: 'ready' }>;

/** Starts an agent process, or asks a privileged process to start it. */
export type StartAgent = () => AgentProcess | Promise<AgentProcess>;

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Requests to one agent process and its events. Every request ends: with an answer, at its deadline, or with the
 * process. An agent that stays silent for too long is killed. The client ends with the process; a new process needs a
 * new client.
 */
export class AgentClient {
  /** Resolves with the reason as text when the agent has ended. Never rejects. */
  readonly gone: Promise<string>;
  readonly #process: AgentProcess;
  readonly #limits: AgentLimits;
  readonly #waiters = new Map<number, Waiter>();
  readonly #watchdog: Watchdog;
  #swept = 0;
  #seq = 0;
  /** Number of messages received. */
  #heard = 0;
  #killedFor: string | undefined;
  #hasEnded = false;

  private constructor(process: AgentProcess, limits: AgentLimits) {
    this.#process = process;
    this.#limits = limits;
    this.#watchdog = new Watchdog(limits.missedPings, {
      ping: () => void this.request({ op: 'ping' }).catch(() => {}),
      onHung: () => this.#kill('it stopped answering'),
    });
    // Messages that it sent before its end are read first.
    const lastRead = new Promise((resolve) => process.socket.once('close', resolve));
    this.gone = process.ended.then(async (reason) => {
      await lastRead;
      this.#hasEnded = true;
      return this.#killedFor ?? reason;
    });
    // Registered first, so that no caller waits for an answer that cannot come.
    void this.gone.then((reason) => {
      this.#watchdog.stop();
      for (const { reject } of this.#waiters.values()) reject(goneError(reason));
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Leftovers of dead agents that this one removed when it started. */
  get swept(): number {
    return this.#swept;
  }

  /** It hung and was killed; `gone` resolves soon. */
  get isKilled(): boolean {
    return this.#killedFor !== undefined;
  }

  /** Resolves when the agent is ready. Rejects with `AGENT_FAILED` and the agent's message. */
  static async start(
    startProcess: StartAgent,
    limits: AgentLimits,
    { onEvent, onDoor }: { onEvent: (event: SandboxEvent) => void; onDoor: (door: Door) => void },
  ): Promise<AgentClient> {
    const client = new AgentClient(await begun(startProcess), limits);
    client.#process.onDoor(onDoor);
    const ready = new Promise<number>((resolve) => {
      client.#read((event) => (event.event === 'ready' ? resolve(event.swept) : onEvent(event)));
    });
    const failed = client.gone.then((reason) =>
      Promise.reject(new SandboxError('AGENT_FAILED', `the sandbox agent did not start: ${reason}`)),
    );
    const timeout = setTimeout(() => client.#kill(`it was not ready within ${limits.readyMs} ms`), limits.readyMs);
    try {
      client.#swept = await Promise.race([ready, failed]);
      client.#watchdog.start(limits.pingMs);
      return client;
    } finally {
      clearTimeout(timeout);
    }
  }

  /**
   * Rejects with `SandboxError`: the agent's own code, `AGENT_GONE`, or `AGENT_TIMEOUT` at the deadline of the request.
   */
  request<Op extends AgentRequest['op']>(
    request: WithoutSeq<Extract<AgentRequest, { readonly op: Op }>> & { readonly op: Op },
  ): Promise<AgentReplies[Op]> {
    const { socket } = this.#process;
    if (this.#hasEnded || this.isKilled || !socket.writable) {
      return Promise.reject(goneError(this.#killedFor ?? 'it ended before'));
    }
    this.#seq += 1;
    const seq = this.#seq;
    const heard = this.#heard;
    const limitMs = this.#limits.answerMs[request.op];
    return new Promise((resolve, reject) => {
      // An answer that is already in the socket is read first: the deadline is for the agent, not for a busy server.
      const timer = setTimeout(() => setImmediate(() => this.#expire(seq, request.op, heard)), limitMs);
      const settle = <T>(end: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          clearTimeout(timer);
          this.#waiters.delete(seq);
          end(value);
        };
      };
      this.#waiters.set(seq, {
        resolve: settle((value) => resolve(value as AgentReplies[Op])),
        reject: settle(reject),
      });
      socket.write(`${JSON.stringify({ ...request, seq })}\n`);
    });
  }

  /** Closes the connection; the agent then stops every sandbox, cleans up and exits. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#watchdog.stop();
    this.#process.socket.end();
    const { closeMs } = this.#limits;
    const timeout = setTimeout(() => this.#kill(`it did not end within ${closeMs} ms`), closeMs);
    await this.gone;
    clearTimeout(timeout);
  }

  #expire(seq: number, op: AgentRequest['op'], heardBefore: number): void {
    const waiter = this.#waiters.get(seq);
    if (waiter === undefined) return;
    // Other messages came: only this request hangs. No message at all: the agent hangs.
    if (this.#heard === heardBefore) this.#kill('it stopped answering');
    waiter.reject(new SandboxError('AGENT_TIMEOUT', `the sandbox agent did not answer ${op} in time`));
  }

  #kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#process.kill();
  }

  #read(onEvent: (event: AgentEvent) => void): void {
    const { socket } = this.#process;
    let pending = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      const lines = (pending + chunk).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.#receive(JSON.parse(line) as AgentMessage, onEvent);
      if (pending.length > MAX_LINE) this.#kill('it sent a line that is too long');
    });
  }

  #receive(message: AgentMessage, onEvent: (event: AgentEvent) => void): void {
    this.#heard += 1;
    this.#watchdog.heard();
    if ('event' in message) onEvent(message);
    else answer(this.#waiters.get(message.seq), message);
  }
}

async function begun(startProcess: StartAgent): Promise<AgentProcess> {
  try {
    return await startProcess();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError('AGENT_FAILED', `the sandbox agent did not start: ${reason}`, { cause });
  }
}

function answer(waiter: Waiter | undefined, reply: AgentReply): void {
  if (reply.ok) waiter?.resolve(reply.value);
  else waiter?.reject(new SandboxError(reply.code, reply.error, { hint: reply.hint }));
}

function goneError(reason: string): SandboxError {
  return new SandboxError('AGENT_GONE', `the sandbox agent has ended: ${reason}`, {
    hint: 'a new one is started on demand',
  });
}
