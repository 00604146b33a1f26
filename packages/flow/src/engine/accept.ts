import { pendingWork } from './decide.ts';
import type { Run } from './desk.ts';
import type { EventBody } from './events.ts';
import { RUN_LIMITS } from './limits.ts';
import type { Message, Refusal } from './messages.ts';
import { openCall, type RunState } from './state.ts';

/** The events that record a message, or why it does not apply. Changes nothing. */
export function accept(run: Run, state: RunState, message: Message, now: number): readonly EventBody[] | Refusal {
  if (state.status !== 'running') return message.type === 'callback' ? 'callback_gone' : 'ended';
  switch (message.type) {
    case 'stop':
      return [{ type: 'stop_requested' }];
    case 'call_finished': {
      if (!openCall(state, message)) return 'late';
      const bytes = message.result?.bytes ?? 0;
      if (bytes <= RUN_LIMITS.valueBytes) return [message];
      const { result: _, ...call } = message;
      const error_message = `the result has ${bytes} bytes; ${RUN_LIMITS.valueBytes} are allowed`;
      return [{ ...call, error: { error_code: 'value_too_large', error_message } }];
    }
    case 'child_started': {
      const call = openCall(state, message);
      return call && call.child === undefined ? [message] : 'late';
    }
    case 'callback':
      return acceptCallback(run, state, message);
    case 'evaluated':
      return pendingWork(run, state, message.exec, now)?.id === message.id ? message.events : 'late';
  }
}

function acceptCallback(
  { plan }: Run,
  state: RunState,
  { key, output, error }: Extract<Message, { type: 'callback' }>,
): readonly EventBody[] | Refusal {
  if (!isCallbackKey(plan, key)) return 'unknown_callback';
  const known = state.callbacks.get(key)?.state ?? 'waiting';
  if (known === 'gone') return 'callback_gone';
  if (known !== 'waiting') return 'callback_conflict';
  return [{ type: 'callback_received', key, ...(output ? { output } : {}), ...(error ? { error } : {}) }];
}

/** The id of a wait node with a callback, inside a loop with `#` and the iteration. */
function isCallbackKey({ nodes }: Run['plan'], key: string): boolean {
  const [, id = key, iteration] = /^(.*)#(0|[1-9]\d{0,8})$/s.exec(key) ?? [];
  const waits = (node: string, inLoop: boolean): boolean => {
    const found = nodes.get(node)?.node;
    return found?.kind === 'wait' && found.callback !== undefined && (found.parent !== undefined) === inLoop;
  };
  return waits(key, false) || (iteration !== undefined && waits(id, true));
}
