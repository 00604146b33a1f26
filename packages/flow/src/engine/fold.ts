import { utf8Bytes } from '../json/size.ts';
import { listOf, NULL, withValue } from './compose.ts';
import type { NodeStarted, RunEvent, RunStarted } from './events.ts';
import type { Failure } from './failure.ts';
import { type Exec, type Fan, isOpen, ROOT, type RunState } from './state.ts';
import type { StoredValue, Value } from './values.ts';

/** The state after the first event of a log. */
export function begin(event: RunEvent & RunStarted): RunState {
  const state: RunState = {
    run: event.run,
    definition: event.definition,
    depth: event.depth,
    merge: event.merge,
    deadline: event.deadline,
    status: 'running',
    stopping: false,
    next: 0,
    executions: 0,
    bytes: 0,
    digests: new Set(),
    execs: new Map(),
    ready: new Set(),
    timers: new Map(),
    callbacks: new Map(),
  };
  if (event.refused !== undefined) state.error = event.refused;
  count(state, event.input);
  arrive(state, ROOT, 0, event.first, event.input);
  return state;
}

/**
 * Applies an event to the state, in place and in time that does not depend on the length of the log. Events of
 * executions that do not exist change nothing. Throws for an event of a newer release, whose meaning is unknown.
 */
export function fold(state: RunState, event: RunEvent): RunState {
  if (event.v !== 1)
    throw new Error(`the log has an event of version ${(event as { v: unknown }).v}; version 1 is known`);
  switch (event.type) {
    case 'run_started':
      return state;
    case 'callback_received':
      return receive(state, event.key, event);
    case 'stop_requested':
      state.stopping = true;
      return state;
    case 'abandoned':
      for (const id of event.execs) {
        const exec = state.execs.get(id);
        if (!exec) continue;
        leave(state, exec);
        if (state.execs.has(exec.owner)) again(state, exec.owner);
      }
      return state;
    case 'run_finished':
      state.status = event.status;
      if (event.error) state.error = event.error;
      for (const exec of [...state.execs.values()]) leave(state, exec);
      return state;
    default: {
      const exec = state.execs.get(event.exec);
      return exec ? foldExec(state, exec, event) : state;
    }
  }
}

type OfExec = Extract<RunEvent, { exec: number }>;

function foldExec(state: RunState, exec: Exec, event: OfExec): RunState {
  switch (event.type) {
    case 'node_started':
      start(state, exec, event);
      break;
    case 'call_started': {
      state.executions += 1;
      if (event.attempt !== exec.attempt) {
        exec.attempt = event.attempt;
        exec.calls = [];
      }
      const before = event.after === undefined ? undefined : exec.calls.find((call) => call.action === event.after);
      const input = count(state, event.input) ?? before?.result ?? exec.input;
      exec.calls.push({ ...(event.action === undefined ? {} : { action: event.action }), input });
      rest(state, exec, 'calling');
      break;
    }
    case 'call_finished': {
      const call = exec.calls.find((one) => one.action === event.action);
      if (!call || exec.attempt !== event.attempt || exec.stage !== 'calling') break;
      const result = count(state, event.result);
      if (result) call.result = result;
      if (event.error) call.error = event.error;
      if (event.error || !exec.calls.some(isOpen)) again(state, exec.id);
      break;
    }
    case 'child_started': {
      const call = exec.calls[0];
      if (!call || exec.attempt !== event.attempt) break;
      call.child = event.run;
      if (!exec.detached) break;
      call.result = childResult(event.run);
      again(state, exec.id);
      break;
    }
    case 'retry_scheduled':
      exec.used[event.rule] = (exec.used[event.rule] ?? 0) + 1;
      exec.calls = [];
      rest(state, exec, 'retrying');
      state.timers.set(exec.id, event.due);
      break;
    case 'node_finished': {
      const output = count(state, event.output) ?? outputOf(state, exec);
      leave(state, exec);
      if (event.to === undefined) succeed(state, exec, output);
      else arrive(state, exec.owner, exec.index, event.to, output);
      break;
    }
    case 'node_failed': {
      const output = count(state, event.output) ?? outputOf(state, exec);
      leave(state, exec);
      if (event.via === undefined) fail(state, exec, event.error);
      else if (event.to === undefined) succeed(state, exec, output);
      else arrive(state, exec.owner, exec.index, event.to, output);
      break;
    }
    case 'loop_items':
      for (const item of event.items) exec.fan?.items.push(count(state, item));
      again(state, exec.id);
      break;
    case 'iterations_started':
      iterate(state, exec, event.count, event.next_at);
      break;
    case 'input_replaced':
      exec.input = count(state, event.input);
      break;
  }
  return state;
}

function start(state: RunState, exec: Exec, event: NodeStarted): void {
  exec.input = count(state, event.input) ?? exec.input;
  switch (event.kind) {
    case 'end':
    case 'condition':
      break;
    case 'service':
      exec.stage = 'started';
      again(state, exec.id);
      break;
    case 'function':
    case 'subflow':
      exec.attempt = 1;
      exec.calls = [{ input: exec.input }];
      if (event.kind === 'subflow' && !event.wait) exec.detached = true;
      rest(state, exec, 'calling');
      break;
    case 'parallel':
      exec.fan = fanOf(event.branches.length, event.required, event.result_path);
      rest(state, exec, 'branching');
      event.branches.forEach((node, index) => {
        arrive(state, exec.id, index, node, exec.input);
      });
      exec.fan.started = event.branches.length;
      break;
    case 'loop':
      exec.fan = {
        ...fanOf(event.count, event.count, event.result_path),
        concurrency: event.concurrency,
        first: event.first,
        item_name: event.item_name,
      };
      exec.stage = 'looping';
      again(state, exec.id);
      break;
    case 'wait':
      rest(state, exec, 'waiting');
      state.timers.set(exec.id, event.due);
      if (event.callback !== undefined) awaitCallback(state, exec, event.callback);
      break;
  }
}

function fanOf(count: number, required: number, result_path: readonly string[]): Fan {
  const results = new Array<Value | null>(count).fill(null);
  const counts = { count, required, concurrency: count, started: 0, done: 0, failed: 0 };
  return { ...counts, result_path, results, bytes: 0, items: [], next_at: 0 };
}

function iterate(state: RunState, exec: Exec, starts: number, nextAt: number | undefined): void {
  const fan = exec.fan;
  if (fan?.first === undefined || fan.item_name === undefined) return;
  for (const item of fan.items.splice(0, starts)) {
    arrive(state, exec.id, fan.started, fan.first, withValue(exec.input, [fan.item_name], item));
    fan.started += 1;
  }
  rest(state, exec, 'looping');
  if (fan.started === fan.count) return;
  if (nextAt === undefined) again(state, exec.id);
  else {
    fan.next_at = nextAt;
    scheduleStart(state, exec.id, fan);
  }
}

/** Without room for another iteration the loop waits for one to end, not for the time. */
function scheduleStart(state: RunState, id: number, fan: Fan): void {
  const hasRoom = fan.started - fan.done < fan.concurrency;
  if (hasRoom && fan.started < fan.count) state.timers.set(id, fan.next_at);
}

function awaitCallback(state: RunState, exec: Exec, key: string): void {
  exec.callback = key;
  const callback = state.callbacks.get(key);
  if (!callback) state.callbacks.set(key, { state: 'waiting', exec: exec.id });
  else {
    callback.exec = exec.id;
    if (callback.state === 'received') again(state, exec.id);
  }
}

function receive(
  state: RunState,
  key: string,
  { output, error }: { readonly output?: StoredValue; readonly error?: Failure },
): RunState {
  const before = state.callbacks.get(key);
  const value = count(state, output);
  state.callbacks.set(key, {
    state: 'received',
    ...(before?.exec === undefined ? {} : { exec: before.exec }),
    ...(value ? { output: value } : {}),
    ...(error ? { error } : {}),
  });
  if (before?.exec !== undefined) again(state, before.exec);
  return state;
}

/** A sub-flow that is not waited for gives the run that it started. */
function childResult(run: string): StoredValue {
  const json = { execution_id: run };
  return { json, bytes: utf8Bytes(JSON.stringify(json)) };
}

/** The output when the event names none. */
function outputOf(state: RunState, exec: Exec): Value {
  if (exec.fan) return fanOutput(state, exec.input, exec.fan);
  if (exec.callback !== undefined) return state.callbacks.get(exec.callback)?.output ?? exec.input;
  return exec.calls.at(-1)?.result ?? exec.input;
}

export function fanOutput(state: RunState, input: Value, fan: Fan): Value {
  const list = listOf(
    fan.results.map((result) => result ?? NULL),
    fan.bytes + 4 * (fan.count - fan.done),
  );
  return withValue(state.merge ? input : null, fan.result_path, list);
}

function arrive(state: RunState, owner: number, index: number, node: string, input: Value): void {
  const id = state.next;
  state.next += 1;
  state.executions += 1;
  state.execs.set(id, { id, node, owner, index, stage: 'arrived', input, attempt: 0, calls: [], used: [] });
  again(state, id);
}

/** To be decided after everything that is ready now. */
function again(state: RunState, id: number): void {
  state.ready.delete(id);
  state.ready.add(id);
}

/** Nothing to decide until an event comes. */
function rest(state: RunState, exec: Exec, stage: Exec['stage']): void {
  exec.stage = stage;
  state.ready.delete(exec.id);
  state.timers.delete(exec.id);
}

function leave(state: RunState, exec: Exec): void {
  state.execs.delete(exec.id);
  state.ready.delete(exec.id);
  state.timers.delete(exec.id);
  const callback = exec.callback === undefined ? undefined : state.callbacks.get(exec.callback);
  if (callback) callback.state = callback.state === 'received' ? 'used' : 'gone';
}

function succeed(state: RunState, exec: Exec, output: Value): void {
  const owner = state.execs.get(exec.owner);
  if (!owner?.fan) {
    if (exec.owner === ROOT) state.output = output;
    return;
  }
  owner.fan.results[exec.index] = output;
  owner.fan.bytes += output.bytes;
  owner.fan.done += 1;
  if (owner.fan.next_at > 0) scheduleStart(state, owner.id, owner.fan);
  again(state, owner.id);
}

function fail(state: RunState, exec: Exec, error: Failure): void {
  const owner = state.execs.get(exec.owner);
  if (!owner?.fan) {
    if (exec.owner === ROOT) state.error = error;
    return;
  }
  owner.fan.failed += 1;
  owner.fan.error ??= error;
  again(state, owner.id);
}

/** Counts a value that is new to the run. */
function count<V extends StoredValue | undefined>(state: RunState, value: V): V {
  if (value === undefined) return value;
  if ('json' in value) state.bytes += value.bytes;
  else if (!state.digests.has(value.digest)) {
    state.digests.add(value.digest);
    state.bytes += value.bytes;
  }
  return value;
}
