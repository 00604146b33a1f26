import { accept } from './accept.ts';
import { callKey } from './call-key.ts';
import type { CallId, Command } from './commands.ts';
import { decide, decideEnd } from './decide.ts';
import type { Run } from './desk.ts';
import type { EventBody, RunEvent } from './events.ts';
import { fold } from './fold.ts';
import type { Message, Refusal } from './messages.ts';
import { type Call, type Exec, isOpen, openCall, type RunState } from './state.ts';

/** What follows from messages and the time. */
export interface Step {
  /** To append in one batch, before anything else. They are folded already: if the append fails, discard the state. */
  readonly events: readonly RunEvent[];
  /** To do after the append. */
  readonly commands: readonly Command[];
  /** For each message, why it does not apply; undefined for those that were recorded. */
  readonly refusals: readonly (Refusal | undefined)[];
  /** Something is left to decide at once: let others work, then advance again. */
  readonly hasMore: boolean;
}

/** A step decides no more after this much work, in elements that expressions look at: about 30 ms. */
const STEP_COST = 500_000;

/**
 * Records the messages that apply and decides until nothing more follows at `now` (milliseconds since 1970), or until it
 * worked for some time. Call it again at once if the step has more, and at `wakeAt(state)`.
 */
export function advance(run: Run, state: RunState, messages: readonly Message[], now: number): Step {
  const step = new Advance(run, state, now);
  const refusals = messages.map((message) => step.receive(message));
  const hasMore = !step.decideAll();
  return { events: step.events, commands: step.commands(), refusals, hasMore };
}

/** After a log was folded: what is open is done again, under the same keys, and what was undecided is decided. */
export function resume(run: Run, state: RunState, now: number): Step {
  if (state.status !== 'running') return { events: [], commands: [{ do: 'finish' }], refusals: [], hasMore: false };
  const open = [...state.execs.values()].flatMap((exec) => startsOf(run, state, exec, exec.calls));
  const { commands, ...step } = advance(run, state, [], now);
  return { ...step, commands: [...open.filter((command) => isNeeded(state, command)), ...commands] };
}

class Advance {
  readonly events: RunEvent[] = [];
  readonly #commands: Command[] = [];
  readonly #run: Run;
  readonly #state: RunState;
  readonly #now: number;
  #cost = 0;
  #hasDecided = false;

  constructor(run: Run, state: RunState, now: number) {
    this.#run = run;
    this.#state = state;
    this.#now = now;
  }

  receive(message: Message): Refusal | undefined {
    const accepted = accept(this.#run, this.#state, message, this.#now);
    if (typeof accepted === 'string') return accepted;
    for (const event of accepted) this.#apply(event);
    return undefined;
  }

  /** False when something is left. */
  decideAll(): boolean {
    const due = [...this.#state.timers].filter(([, at]) => at <= this.#now).map(([exec]) => exec);
    for (const exec of due) {
      if (this.#isLong) return false;
      this.#decide(exec);
    }
    this.#end();
    // `ready` grows while it is read: what becomes ready is decided in the same step
    for (const exec of this.#state.ready) {
      if (this.#isLong) return false;
      this.#decide(exec);
      this.#end();
    }
    return true;
  }

  /** Each step decides something: what waits for its values must not be all that a step looks at. */
  get #isLong(): boolean {
    return this.#hasDecided && this.#cost > STEP_COST;
  }

  commands(): Command[] {
    return this.#commands.filter((command) => isNeeded(this.#state, command));
  }

  #decide(exec: number): void {
    const decision = decide(this.#run, this.#state, exec, this.#now);
    this.#cost += decision.cost;
    if ('events' in decision) {
      this.#hasDecided ||= decision.events.length > 0;
      for (const event of decision.events) this.#apply(event);
    } else this.#commands.push({ do: 'evaluate', work: decision.work, digests: decision.missing });
  }

  #end(): void {
    for (const event of decideEnd(this.#state, this.#now)) this.#apply(event);
  }

  #apply(body: EventBody): void {
    const event: RunEvent = { v: 1, at: this.#now, ...body };
    this.#commands.push(...abandonedBy(this.#state, event));
    fold(this.#state, event);
    this.#commands.push(...startedBy(this.#run, this.#state, event));
    this.events.push(event);
  }
}

/** Calls that the event makes needless; read before it is folded. */
function abandonedBy(state: RunState, event: RunEvent): Command[] {
  const ids =
    event.type === 'abandoned'
      ? event.execs
      : ['retry_scheduled', 'node_failed'].includes(event.type) && 'exec' in event
        ? [event.exec]
        : [];
  return ids.flatMap((id) => {
    const exec = state.execs.get(id);
    return exec ? exec.calls.filter(isOpen).map((call) => ({ do: 'abandon' as const, call: idOf(exec, call) })) : [];
  });
}

/** Calls that the event starts; read after it is folded. */
function startedBy(run: Run, state: RunState, event: RunEvent): Command[] {
  if (event.type === 'run_finished') return [{ do: 'finish' }];
  if (event.type !== 'node_started' && event.type !== 'call_started') return [];
  const exec = state.execs.get(event.exec);
  return exec ? startsOf(run, state, exec, exec.calls.slice(-1)) : [];
}

function startsOf(run: Run, state: RunState, exec: Exec, calls: readonly Call[]): Command[] {
  const node = run.plan.nodes.get(exec.node)?.node;
  return calls.filter(isOpen).map((open): Command => {
    const call = idOf(exec, open);
    const common = { call, node: open.action ?? exec.node, input: open.input, key: callKey(state, call) };
    if (node?.kind !== 'subflow') return { do: 'call', ...common };
    return { do: 'start_child', ...common, depth: state.depth + 1, wait: node.wait };
  });
}

function idOf(exec: Exec, call: Call): CallId {
  return { exec: exec.id, attempt: exec.attempt, ...(call.action === undefined ? {} : { action: call.action }) };
}

/** A call may have become needless in the step that started it. */
function isNeeded(state: RunState, command: Command): boolean {
  return command.do === 'call' || command.do === 'start_child' ? openCall(state, command.call) !== undefined : true;
}
