import type { Socket } from 'node:net';
import {
  type BodyFrame,
  type CancelFrame,
  type CreditFrame,
  type InitFrame,
  type InstanceFrame,
  type InvokeFrame,
  MAX_LOG_BYTES,
  PROTOCOL_VERSION,
} from '@funcgraph/runtimes';
import type { Clock, Timer } from '../../lib/clock.ts';
import { SlotMap } from '../../lib/slot-map.ts';
import { FrameDecoder, LinkViolation } from './frame-decoder.ts';
import { type FrameMemory, FrameWatch } from './frame-memory.ts';
import { FrameWriter } from './frame-writer.ts';
import { parseInstanceFrame } from './instance-frame.ts';
import { type BodySource, LinkBody } from './link-body.ts';
import { type ChunkReceiver, LinkStream } from './link-stream.ts';
import {
  type HookAnswer,
  type InitResult,
  type LinkCall,
  LinkEnded,
  type LinkLog,
  type LinkResult,
} from './link-types.ts';
import type { LogBudget } from './log-budget.ts';

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: LinkEnded) => void;
}

interface Running extends LinkCall {
  stream?: LinkStream;
  body?: LinkBody;
}

interface LinkOptions {
  readonly clock: Clock;
  /** Memory of the unfinished frames of all links. */
  readonly memory: FrameMemory;
  /** Log budget of this instance. */
  readonly logs: LogBudget;
  readonly onLog: (log: LinkLog) => void;
}

const TYPE_LOG = [...Buffer.from('{"type":"log"')];
const SPACE = 0x20;
/** Of the last line; an idle instance keeps it in memory. */
const LAST_LINE_BYTES = 256;
/** An instance whose program has ended must answer its running requests and close the link within this time. */
export const LEAVE_MS = 5_000;
/** After about so many bytes of work a link waits for its next turn, so that one instance does not delay the others. */
const TURN_BYTES = 256 * 1024;
/** Cost of a frame besides its bytes: parsing its header takes as long as reading so many. */
const FRAME_WORK_BYTES = 2 * 1024;

/** The server's half of PROTOCOL.md on one connection. Every promise ends: with an answer or with `LinkEnded`. */
export class RuntimeLink {
  readonly #socket: Socket;
  readonly #options: LinkOptions;
  readonly #watch: FrameWatch;
  /** Work since the last turn of other links, in bytes. */
  #work = 0;
  readonly #running = new SlotMap<string, Running>();
  readonly #writer: FrameWriter;
  #hello: Pending<string> | undefined;
  #init: Pending<InitResult> | undefined;
  #onInitializing: (() => void) | undefined;
  /** Heartbeats without an answer; the sender stops after a few. */
  readonly #beats = new Map<number, Pending<HookAnswer>>();
  #preStop: Pending<HookAnswer> | undefined;
  /** The request that was started last, ended or not; empty before the first. */
  newestRequest = '';
  /** The last message of the function, cut. */
  lastLine: LinkLog | undefined;
  /** Called with the ids of requests that the instance gave back; unset: it may give back none. */
  onReturned: ((requestIds: readonly string[]) => void) | undefined;
  #ended: LinkEnded | undefined;
  /** The socket was read to its end. */
  #isRead = false;
  #isReady = false;
  /** Set by `leaving`: kills an instance that stays. */
  #leaving: Timer | undefined;
  #resolveEnded: (end: LinkEnded) => void = () => {};
  readonly ended: Promise<LinkEnded>;
  /** Resolves with the name of the runtime, e.g. `node v20.15.1`. */
  readonly hello: Promise<string>;

  constructor(socket: Socket, options: LinkOptions) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    this.#options = options;
    this.#watch = new FrameWatch(options.memory, options.clock, ({ message }) => this.#violate(message));
    this.hello = new Promise((resolve, reject) => {
      this.#hello = { resolve, reject };
    });
    this.hello.catch(() => {});
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const decoder = new FrameDecoder((header, body) => this.#take(header, body));
    socket.on('data', (chunk: Buffer) => {
      if (this.#ended !== undefined) return;
      try {
        decoder.push(chunk);
        this.#watch.look(decoder.heldBytes, decoder.frames);
      } catch (error) {
        if (!(error instanceof LinkViolation)) throw error;
        this.#violate(error.message);
      }
      this.#yield(chunk.length);
    });
    socket.on('end', () => {
      this.#isRead = true;
    });
    // A process that dies with unread frames resets its link; what it wrote before is read first.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'read') this.#isRead = true;
    });
    socket.on('close', () => this.#end(new LinkEnded('closed', 'the instance closed its link', this.#isRead)));
  }

  /** The instance is frozen: the deadline of an unfinished frame is suspended until `wake`. */
  rest(): void {
    this.#watch.rest();
  }

  wake(): void {
    this.#watch.wake();
  }

  #violate(message: string): void {
    this.#end(new LinkEnded('violation', message));
  }

  #yield(bytes: number): void {
    this.#work += bytes;
    if (this.#work < TURN_BYTES) return;
    this.#work = 0;
    this.#socket.pause();
    setImmediate(() => this.#socket.resume());
  }

  /** Log messages over the budget cost no more than a check of the first bytes of their header. */
  #take(header: Buffer, body: Buffer): void {
    const beginsAsLog = isLogHeader(header);
    if (beginsAsLog && !this.#mayLog(body)) return;
    this.#work += FRAME_WORK_BYTES;
    const frame = parseInstanceFrame(header);
    if (frame.type !== 'log') this.#receive(frame, body);
    else if (beginsAsLog || this.#mayLog(body)) this.#log(frame, body);
  }

  #mayLog(body: Buffer): boolean {
    if (body.length > MAX_LOG_BYTES) throw new LinkViolation(`a log message of ${body.length} bytes`);
    return this.#options.logs.admit(body.length);
  }

  /** Sends `init`; once per instance. `onInitializing` is called when the code is loaded and the initializer begins. */
  init(frame: InitFrame, onInitializing: () => void = () => {}): Promise<InitResult> {
    return this.#ask((pending) => {
      this.#init = pending;
      if (frame.initializer !== undefined) this.#onInitializing = onInitializing;
      this.#writer.send(frame);
    });
  }

  /** `receiver` gets the pieces of an answer whose frame has `stream`; `source` supplies a body that follows. */
  invoke(frame: InvokeFrame, event: Buffer, receiver?: ChunkReceiver, source?: BodySource): Promise<LinkResult> {
    return this.#ask((pending: Running) => {
      const { requestId } = frame;
      if (receiver !== undefined) {
        const giveCredit = (bytes: number): void => this.#tellRunning({ type: 'credit', requestId, bytes });
        pending.stream = new LinkStream(receiver, giveCredit);
      }
      this.#running.set(requestId, pending);
      this.newestRequest = requestId;
      this.#writer.invoke(frame, event, false);
      if (source === undefined) return;
      pending.body = new LinkBody(source, (piece, last) => {
        const bodyFrame: BodyFrame = { type: 'body', requestId, ...(last ? { last } : {}) };
        this.#writer.send(bodyFrame, piece);
      });
      pending.body.start();
    });
  }

  /**
   * Sends a plain request; `call` gets its result. A request that `waits` for another of the instance is sent at the end
   * of this turn, together with others. False when the link has ended.
   */
  start(frame: InvokeFrame, event: Buffer, call: LinkCall, waits: boolean): boolean {
    if (this.#ended !== undefined) return false;
    this.#running.set(frame.requestId, call);
    this.#writer.invoke(frame, event, waits);
    return true;
  }

  /** Asks for the requests that have not begun; those that the instance returns go to `onReturned`. */
  recall(): void {
    if (this.#ended === undefined) this.#writer.send({ type: 'recall' });
  }

  /** `seq` must be new. Resolves with the answer to this heartbeat, however late. */
  heartbeat(seq: number): Promise<HookAnswer> {
    return this.#ask((pending) => {
      this.#beats.set(seq, pending);
      this.#writer.send({ type: 'heartbeat', seq });
    });
  }

  /** Once per instance. */
  preStop(timeoutMs: number): Promise<HookAnswer> {
    return this.#ask((pending) => {
      this.#preStop = pending;
      this.#writer.send({ type: 'preStop', timeoutMs });
    });
  }

  /** Asks the instance to end a streaming request; the promise of `invoke` still ends by itself. */
  cancel(requestId: string): void {
    this.#running.get(requestId)?.body?.stop();
    this.#tellRunning({ type: 'cancel', requestId });
  }

  /** Whether the instance takes requests. */
  get isOpen(): boolean {
    return this.#ended === undefined && !this.isLeaving;
  }

  /** Its program has ended. A request that it leaves without an answer has not reached the program. */
  get isLeaving(): boolean {
    return this.#leaving !== undefined;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #ask<T>(start: (pending: Pending<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) reject(this.#ended);
      else start({ resolve, reject });
    });
  }

  #tellRunning(frame: CreditFrame | CancelFrame): void {
    if (this.#running.has(frame.requestId)) this.#writer.send(frame);
  }

  #receive(frame: Exclude<InstanceFrame, { type: 'log' }>, body: Buffer): void {
    switch (frame.type) {
      case 'result': {
        const pending = this.#running.get(frame.requestId);
        if (pending === undefined) throw new LinkViolation('a result for a request that is not running');
        if (pending.mayEnd === false) throw new LinkViolation('a result for a request whose turn has not come');
        this.#running.delete(frame.requestId);
        pending.body?.stop();
        this.#tellDropped(frame.requestId, this.#options.logs.takeDropped());
        this.#options.logs.answered();
        pending.resolve({ code: frame.code, payload: body, ms: frame.ms, raw: frame.raw });
        return;
      }
      case 'chunk': {
        const stream = this.#running.get(frame.requestId)?.stream;
        if (stream === undefined) throw new LinkViolation('a chunk for a request that does not stream');
        stream.receive(frame.head, body);
        return;
      }
      case 'bodyCredit': {
        const sent = this.#running.get(frame.requestId)?.body;
        if (sent === undefined) throw new LinkViolation('credit for a request without a body that follows');
        sent.grant(frame.bytes);
        return;
      }
      case 'hello':
        if (this.#hello === undefined || frame.protocol !== PROTOCOL_VERSION)
          throw new LinkViolation('an unexpected hello');
        this.#hello.resolve(frame.runtime);
        this.#hello = undefined;
        return;
      case 'initializing': {
        const begun = this.#onInitializing;
        if (this.#init === undefined || begun === undefined) throw new LinkViolation('an unexpected initializing');
        this.#onInitializing = undefined;
        begun();
        return;
      }
      case 'leaving': {
        if (!this.#isReady || this.isLeaving) throw new LinkViolation('an unexpected leaving');
        const reason = `it stayed ${LEAVE_MS / 1000} s after the end of its program`;
        this.#leaving = this.#options.clock.after(LEAVE_MS, () => this.#violate(reason));
        return;
      }
      case 'ready':
        this.#isReady = true;
        this.#takeInit().resolve({
          ok: true,
          loadMs: frame.loadMs,
          initMs: frame.initMs,
          pipeline: frame.pipeline === true,
        });
        return;
      case 'returned':
        if (this.onReturned === undefined) throw new LinkViolation('it returned requests that run at once');
        this.onReturned(frame.requestIds);
        for (const requestId of frame.requestIds) this.#running.delete(requestId);
        return;
      case 'failed':
        this.#takeInit().resolve({
          ok: false,
          phase: frame.phase,
          code: frame.code,
          payload: Buffer.from(body),
        });
        return;
      case 'heartbeat': {
        const pending = this.#beats.get(frame.seq);
        if (pending === undefined) throw new LinkViolation('an answer to a heartbeat without a request');
        this.#beats.delete(frame.seq);
        pending.resolve(frame);
        return;
      }
      case 'preStopped': {
        const pending = this.#preStop;
        if (pending === undefined) throw new LinkViolation('an answer to preStop without a request');
        this.#preStop = undefined;
        pending.resolve(frame);
      }
    }
  }

  #takeInit(): Pending<InitResult> {
    const pending = this.#init;
    if (pending === undefined) throw new LinkViolation('an answer to init without a request');
    this.#init = undefined;
    return pending;
  }

  #log(frame: Extract<InstanceFrame, { type: 'log' }>, body: Buffer): void {
    this.#tellDropped(frame.requestId, this.#options.logs.takeDue());
    const { requestId, level, time } = frame;
    const log = { requestId, level, time, text: body.toString('utf8') };
    this.lastLine =
      body.length > LAST_LINE_BYTES ? { ...log, text: `${body.toString('utf8', 0, LAST_LINE_BYTES)}…` } : log;
    this.#options.onLog(log);
  }

  #tellDropped(requestId: string, count: number): void {
    if (count === 0) return;
    const text = `${count} log messages were dropped: the instance wrote more than may be kept in a second`;
    this.#options.onLog({ requestId, level: 'WARN', time: this.#options.clock.now(), text });
  }

  #end(end: LinkEnded): void {
    if (this.#ended !== undefined) return;
    this.#ended = end;
    this.#leaving?.cancel();
    this.#watch.release();
    this.#writer.close();
    // After a crash no result comes; the note about dropped lines goes to the last request that ran.
    this.#tellDropped([...this.#running.keys()].at(-1) ?? '', this.#options.logs.takeDropped());
    this.#socket.destroy();
    this.#hello?.reject(end);
    this.#init?.reject(end);
    this.#preStop?.reject(end);
    for (const pending of this.#beats.values()) pending.reject(end);
    this.#beats.clear();
    for (const pending of this.#running.values()) {
      pending.body?.stop();
      pending.reject(end);
    }
    this.#running.clear();
    this.#resolveEnded(end);
  }
}

/** Whether a header begins with `{"type":"log"`, as those of all our runtimes do. */
function isLogHeader(header: Buffer): boolean {
  const at = header[8] === SPACE ? 9 : 8;
  return TYPE_LOG.every((byte, i) => header[i < 8 ? i : at + i - 8] === byte);
}
