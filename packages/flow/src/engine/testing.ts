import type { FlowDefinition } from '../definition.ts';
import type { Json } from '../json/json.ts';
import { advance, resume, type Step } from './advance.ts';
import type { Command } from './commands.ts';
import { toJson } from './compose.ts';
import type { Run } from './desk.ts';
import { evaluate } from './evaluate.ts';
import type { RunEvent, RunStarted } from './events.ts';
import type { Failure } from './failure.ts';
import { begin, fold } from './fold.ts';
import type { Message, Refusal } from './messages.ts';
import { compile } from './plan.ts';
import { type RunState, wakeAt } from './state.ts';
import type { StoredValue, Values } from './values.ts';

export type Outcome = { readonly result: Json } | { readonly error: Failure };

/** What functions, sub-flows and callbacks answer. Depends on its arguments only. */
export type World = (call: { readonly key: string; readonly node: string; readonly input: Json }) => Outcome;

export interface DriveOptions {
  readonly definition: FlowDefinition;
  readonly input?: Json;
  readonly world: World;
  /** Which of so many waiting answers comes next; the first by default. */
  readonly pick?: (count: number) => number;
  /** The state is lost after the appends with these numbers, from 1. */
  readonly crashAfter?: ReadonlySet<number>;
  /** Values of more bytes are stored by digest. */
  readonly inlineBytes?: number;
  readonly started?: Partial<RunStarted>;
}

/** A server in memory: it keeps the log as text and everything else only until the next crash. */
export class Drive {
  /** Keys of the calls made, in order; a call made again after a crash is here twice. */
  readonly calls: { readonly key: string; readonly node: string; readonly input: Json }[] = [];
  /** Keys of calls that were made again although their result was in the log. */
  readonly repeated: string[] = [];
  readonly abandoned: Command[] = [];
  appends = 0;
  now = 0;
  state: RunState;
  readonly #options: DriveOptions;
  readonly #log: string[] = [];
  readonly #payloads = new Map<string, string>();
  readonly #loaded = new Map<string, Json>();
  readonly #finished = new Set<string>();
  readonly run: Run;
  #pending: Command[] = [];
  #crashes = 0;

  constructor(options: DriveOptions, log?: readonly RunEvent[]) {
    this.#options = options;
    const values: Values = {
      read: (digest) => this.#loaded.get(digest),
      write: (json) => this.store(json),
    };
    this.run = { plan: compile(options.definition), values, facts: { id: 'run', callback: {} } };
    const first: RunEvent = {
      v: 1,
      at: 0,
      type: 'run_started',
      run: 'run',
      definition: 'digest',
      input: this.store(options.input ?? {}),
      merge: options.definition.merge_parameters,
      deadline: 1e12,
      depth: 0,
      first: this.run.plan.first,
      ...options.started,
    };
    this.#log.push(...(log ?? [first]).map((event) => JSON.stringify(event)));
    this.state = this.#refold();
    this.#append(resume(this.run, this.state, this.now));
  }

  get events(): RunEvent[] {
    return this.#log.map((text) => JSON.parse(text) as RunEvent);
  }

  /** Calls that wait for an answer. */
  get open(): Extract<Command, { do: 'call' | 'start_child' }>[] {
    return this.#pending.filter((one) => one.do === 'call' || one.do === 'start_child');
  }

  get output(): Json | undefined {
    return this.state.output && this.json(this.state.output);
  }

  json(value: Parameters<typeof toJson>[0]): Json {
    return toJson(value, (digest) => JSON.parse(this.#payloads.get(digest) ?? 'null'));
  }

  store(json: Json): StoredValue {
    const text = JSON.stringify(json);
    const bytes = Buffer.byteLength(text);
    if (bytes <= (this.#options.inlineBytes ?? 16_384)) return { json: JSON.parse(text), bytes };
    const digest = `sha:${text}`;
    this.#payloads.set(digest, text);
    return { digest, bytes };
  }

  /** Runs to the end, or until `until` holds. */
  finish(until: () => boolean = () => false): this {
    for (let steps = 0; this.state.status === 'running' && !until(); steps++) {
      if (steps > 100_000) throw new Error('the run does not end');
      this.step();
    }
    return this;
  }

  /** Takes one answer, or when there is none lets time pass until something is due. */
  step(): void {
    const answers = [...this.#pending, ...this.#callbacks()];
    if (answers.length === 0) {
      this.now = Math.max(this.now, wakeAt(this.state));
      this.#append(advance(this.run, this.state, [], this.now));
      return;
    }
    const answer = answers[this.#options.pick?.(answers.length) ?? 0];
    if (answer === undefined) throw new Error('an answer outside of the list was picked');
    if (typeof answer === 'string') this.callback(answer);
    else this.#perform(answer);
  }

  /** Answers one of `open`. */
  answer(command: Extract<Command, { do: 'call' | 'start_child' }>): void {
    this.#perform(command);
  }

  send(message: Message): Refusal | undefined {
    const step = advance(this.run, this.state, [message], this.now);
    this.#append(step);
    return step.refusals[0];
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.now += ms;
    this.#append(advance(this.run, this.state, [], this.now));
  }

  callback(key: string): void {
    const outcome = this.#options.world({ key, node: key, input: null });
    this.send(
      'error' in outcome
        ? { type: 'callback', key, ...outcome }
        : { type: 'callback', key, output: this.store(outcome.result) },
    );
  }

  crash(): void {
    this.#crashes += 1;
    this.#loaded.clear();
    this.#pending = [];
    this.state = this.#refold();
    this.#append(resume(this.run, this.state, this.now));
  }

  #refold(): RunState {
    const [first, ...rest] = this.events;
    if (first?.type !== 'run_started') throw new Error('the log has no beginning');
    const state = begin(first);
    for (const event of rest) fold(state, event);
    return state;
  }

  #callbacks(): string[] {
    return [...this.state.callbacks].flatMap(([key, { state, exec }]) =>
      state === 'waiting' && exec !== undefined ? [key] : [],
    );
  }

  #append({ events, commands, hasMore }: Step): void {
    if (events.length > 0) {
      this.#log.push(...events.map((event) => JSON.stringify(event)));
      this.appends += 1;
      if (this.#options.crashAfter?.has(this.appends)) {
        this.crash();
        return;
      }
    }
    for (const command of commands) {
      if (command.do === 'abandon') this.abandoned.push(command);
      else if (command.do !== 'finish' && !this.#pending.some((one) => sameWork(one, command)))
        this.#pending.push(command);
    }
    if (hasMore) this.#append(advance(this.run, this.state, [], this.now));
  }

  #perform(command: Command): void {
    this.#pending = this.#pending.filter((one) => one !== command);
    if (command.do === 'evaluate') this.#load(command);
    else if (command.do === 'call' || command.do === 'start_child') this.#call(command);
  }

  /** By turns as a server may do it: in place with the values loaded, or in another thread. */
  #load({ work, digests }: Extract<Command, { do: 'evaluate' }>): void {
    if (work.exec % 2 === 0) {
      for (const digest of digests) this.#loaded.set(digest, JSON.parse(this.#payloads.get(digest) ?? 'null'));
      this.#append(advance(this.run, this.state, [], this.now));
      return;
    }
    const values: Values = { ...this.run.values, read: (digest) => JSON.parse(this.#payloads.get(digest) ?? 'null') };
    const evaluated = evaluate({ ...this.run, values }, JSON.parse(JSON.stringify(work)));
    if ('missing' in evaluated) throw new Error('a thread with all values lacked some');
    this.send({ type: 'evaluated', exec: work.exec, id: work.id, events: evaluated.events });
  }

  #call(command: Extract<Command, { do: 'call' | 'start_child' }>): void {
    const call = { key: command.key, node: command.node, input: this.json(command.input) };
    if (this.#finished.has(command.key)) this.repeated.push(command.key);
    this.calls.push(call);
    const crashes = this.#crashes;
    if (command.do === 'start_child') {
      this.send({ type: 'child_started', ...command.call, run: `child of ${command.key}` });
      // the answer of a call is lost with the server that waited for it
      if (!command.wait || this.#crashes > crashes) return;
    }
    const outcome = this.#options.world(call);
    const answer = 'error' in outcome ? outcome : { result: this.store(outcome.result) };
    const before = this.#log.length;
    this.send({ type: 'call_finished', ...command.call, ...answer });
    if (this.#log.length > before) this.#finished.add(command.key);
  }
}

function sameWork(a: Command, b: Command): boolean {
  return a.do === 'evaluate' && b.do === 'evaluate' && a.work.exec === b.work.exec && a.work.id === b.work.id;
}
