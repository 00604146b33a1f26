import { type CallId, type Command, evaluate, type Failure, type Json, type StoredValue } from '@funcgraph/flow';
import type { Logger } from 'pino';
import { idOf } from '../../../lib/ids.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { AtomicStatement } from '../../../storage/index.ts';
import type { CallResult, FunctionCaller } from '../calls/function-caller.ts';
import type { RunQuota } from '../run-quota.ts';
import type { LargeWork } from '../values/large-values.ts';
import { VALUE_LIMITS } from '../values/value-limits.ts';
import { bytesOf, keepText, textOf, textsOf } from '../values/value-text.ts';
import type { RunActor } from './run-actor.ts';
import type { RunContext } from './run-context.ts';

/** Starts and stops the runs of sub-flows. */
export interface Children {
  /**
   * Starts the run of a sub-flow, or finds the one that was started for the key. With `waits` its end is sent to the
   * parent.
   */
  start(request: ChildRequest): Promise<{ readonly run: string } | { readonly failure: Failure }>;
  stop(run: string): Promise<void>;
  /** The statement that makes the stop durable; it is done by `stop`, too. */
  stopping(run: string): AtomicStatement;
}

export interface ChildRequest {
  readonly parent: RunContext;
  readonly call: CallId;
  readonly key: string;
  readonly flow: string;
  readonly input: Buffer;
  readonly depth: number;
  readonly waits: boolean;
}

export interface CommandsOptions {
  readonly caller: FunctionCaller;
  readonly children: Children;
  readonly large: LargeWork;
  readonly quota: Pick<RunQuota, 'isFull'>;
  readonly log: Logger;
  /** Whether the runs of the project hold more memory than their share. */
  readonly isOver: () => boolean;
}

/** Does what the engine decided for one run. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #context: RunContext;
  /** Open calls and children, by call. */
  readonly #open = new Map<
    string,
    { readonly child?: string; readonly abandon: (ends: boolean) => void; readonly withdraw?: () => void }
  >();
  readonly #tracks = new Set<Promise<void>>();
  readonly #evaluating = new Set<string>();

  constructor(options: CommandsOptions, context: RunContext) {
    this.#options = options;
    this.#context = context;
  }

  /** Children stop together with the step that needs them no more: also if the server dies after it. */
  alongside(commands: readonly Command[]): AtomicStatement[] {
    return commands.flatMap((command) => {
      const child = command.do === 'abandon' ? this.#open.get(nameOf(command.call))?.child : undefined;
      return child === undefined ? [] : [this.#options.children.stopping(child)];
    });
  }

  perform(command: Command, actor: RunActor): void {
    switch (command.do) {
      case 'call':
        this.#tracked(actor, () => this.#call(command, actor));
        break;
      case 'start_child':
        this.#tracked(actor, () => this.#startChild(command, actor));
        break;
      case 'evaluate':
        this.#tracked(actor, () => this.#evaluate(command, actor));
        break;
      case 'abandon':
        this.#open.get(nameOf(command.call))?.abandon(actor.state.stopping);
        break;
      case 'finish':
    }
  }

  /**
   * Waits for no more results: the run has another owner, or the server stops. Resolves when those that are known have
   * reached the actor.
   */
  async abandonAll(): Promise<void> {
    for (const { abandon, child } of [...this.#open.values()]) if (child === undefined) abandon(false);
    await Promise.all(this.#tracks);
  }

  /** Takes back the calls that have not begun: the run will make them when it is loaded again. */
  withdraw(): void {
    for (const { withdraw } of [...this.#open.values()]) withdraw?.();
  }

  #tracked(actor: RunActor, work: () => Promise<void>): void {
    const closed = actor.opened();
    const track = work()
      .catch((error: unknown) => {
        // Its state stays open: the run is loaded again later, and does it once more.
        const { run } = this.#context;
        this.#options.log.error({ run, err: error }, 'a step of a run failed');
        actor.parts.lost(actor, error);
      })
      .finally(() => {
        this.#tracks.delete(track);
        closed();
      });
    this.#tracks.add(track);
  }

  async #call(command: Extract<Command, { do: 'call' }>, actor: RunActor): Promise<void> {
    const { values, plan } = actor.parts;
    const { call, key } = command;
    const node = plan.nodes.get(command.node)?.node;
    if (node?.kind !== 'function') throw new Error(`${command.node} is no function node`);
    const { projectId, flowId, identity } = this.#context;
    const running = this.#options.caller.start({
      projectId,
      flowId,
      identity,
      function: node.function,
      requestId: idOf(key),
      attempt: call.attempt,
      event: () => textOf(command.input, values, this.#options.large),
    });
    const name = nameOf(call);
    this.#open.set(name, { abandon: (ends) => running.abandon(ends), withdraw: () => running.withdraw() });
    const result = await running.result;
    this.#open.delete(name);
    if (result === undefined) return;
    const { target } = result;
    const answer = await this.#answerOf(result, command.node, actor);
    if (actor.isClosed) return;
    actor.post({
      message: { type: 'call_finished', ...call, ...answer, ...(target === undefined ? {} : { target }) },
    });
  }

  async #answerOf(
    { payload, failure }: CallResult,
    node: string,
    actor: RunActor,
  ): Promise<{ readonly result: StoredValue } | { readonly error: Failure }> {
    if (failure !== undefined) return { error: failure };
    const text = payload === undefined || payload.length === 0 ? Buffer.from('null') : payload;
    if (text.length > VALUE_LIMITS.valueBytes) {
      const error_message = `the result has ${text.length} bytes; ${VALUE_LIMITS.valueBytes} are allowed`;
      return { error: { error_code: 'value_too_large', error_message } };
    }
    const refusal = this.#refusalOf(text);
    if (refusal !== undefined) return { error: refusal };
    const kept = await keepText(text, actor.parts.values, this.#options.large);
    if ('value' in kept) return { result: kept.value };
    return {
      error: { error_code: 'result_not_json', error_message: `the result of node ${node} is not JSON: ${kept.fault}` },
    };
  }

  /** Why a result cannot be kept. The small ones of standard runs always are: they end with the limits of the run. */
  #refusalOf({ length }: Buffer): Failure | undefined {
    const { quota, isOver } = this.#options;
    const { mode, projectId } = this.#context;
    if (mode === 'EXPRESS' && isOver()) {
      return { error_code: 'flow_memory', error_message: 'the express runs of the project hold too much memory' };
    }
    if (mode === 'NORMAL' && length > VALUE_LIMITS.inlineBytes && quota.isFull(projectId)) {
      return { error_code: 'flow_storage_quota', error_message: 'the runs of the project use all of their storage' };
    }
    return undefined;
  }

  async #startChild(command: Extract<Command, { do: 'start_child' }>, actor: RunActor): Promise<void> {
    const { values, plan } = actor.parts;
    const { call, key, depth, wait } = command;
    const node = plan.nodes.get(command.node)?.node;
    if (node?.kind !== 'subflow') throw new Error(`${command.node} is no sub-flow node`);
    const { children, large } = this.#options;
    const input = await textOf(command.input, values, large);
    const started = await children
      .start({ parent: this.#context, call, key, flow: node.flow, input, depth, waits: wait })
      .catch((error: unknown) => ({ failure: refusalOf(error) }));
    if ('failure' in started) {
      actor.post({ message: { type: 'call_finished', ...call, error: started.failure } });
      return;
    }
    const { run } = started;
    if (wait) {
      this.#open.set(nameOf(call), {
        child: run,
        abandon: () => {
          children.stop(run).catch((error: unknown) => {
            this.#options.log.error({ run, err: error }, 'the run of a sub-flow could not be stopped');
          });
        },
      });
    }
    actor.post({ message: { type: 'child_started', exec: call.exec, attempt: call.attempt, run } });
  }

  async #evaluate({ work, digests }: Extract<Command, { do: 'evaluate' }>, actor: RunActor): Promise<void> {
    const name = `${work.exec} ${work.id}`;
    if (this.#evaluating.has(name)) return;
    this.#evaluating.add(name);
    try {
      const events = await this.#evaluated(work, digests, actor);
      actor.post({ message: { type: 'evaluated', exec: work.exec, id: work.id, events } });
    } finally {
      this.#evaluating.delete(name);
    }
  }

  async #evaluated(
    work: Extract<Command, { do: 'evaluate' }>['work'],
    digests: readonly string[],
    actor: RunActor,
  ): Promise<Extract<ReturnType<typeof evaluate>, { events: unknown }>['events']> {
    const { values, plan, facts, definition } = actor.parts;
    const requested = new Set(digests);
    // a work names what it lacks: with some values it may need others
    for (;;) {
      const before = requested.size;
      const texts = await textsOf(requested, values);
      if (bytesOf(texts) > VALUE_LIMITS.parseHereBytes) {
        const digest = actor.state.definition;
        const result = await this.#options.large.do({ op: 'evaluate', digest, definition, facts, work, texts });
        if ('events' in result) {
          for (const [name, text] of result.written) values.keep(Buffer.from(text), name);
          return result.events;
        }
        if ('missing' in result) for (const each of result.missing) requested.add(each);
      } else {
        const known = new Map(texts.map(([digest, text]) => [digest, JSON.parse(text.toString('utf8')) as Json]));
        const write = (json: Json): StoredValue => values.write(json);
        const result = evaluate({ plan, facts, values: { read: (digest) => known.get(digest), write } }, work);
        if ('events' in result) return result.events;
        for (const each of result.missing) requested.add(each);
      }
      if (requested.size === before) throw new Error(`node ${work.node} lacks values that it has`);
    }
  }
}

/** Why a run was not started. Throws what is no decision about this run. */
function refusalOf(error: unknown): Failure {
  if (!(error instanceof PlatformError) || error.code === 'unavailable') throw error;
  const { code, message, spec } = error;
  return { error_code: code, error_message: message, status: spec.status };
}

function nameOf({ exec, attempt, action }: CallId): string {
  return `${exec} ${attempt} ${action ?? ''}`;
}
