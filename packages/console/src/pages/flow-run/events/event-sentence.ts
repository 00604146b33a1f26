import type { RunEvent } from '@funcgraph/flow';
import type { Texts } from '../../../i18n/index.ts';

type Key = keyof Texts['flowRun']['events']['say'];

/** What an event says: a text and what it fills in. `at` is the time it speaks of. */
export interface EventSentence {
  readonly seq: number;
  readonly at: number;
  readonly tone: 'good' | 'bad' | 'busy' | 'off';
  readonly key: Key;
  readonly node: string | undefined;
  readonly values: Readonly<Record<string, string | number>>;
  readonly due?: number;
  /** Words of others. */
  readonly detail?: string;
}

interface Line {
  readonly key: Key;
  readonly tone?: EventSentence['tone'];
  readonly values?: EventSentence['values'];
  readonly due?: number;
  readonly error?: { readonly error_code: string; readonly error_message: string } | undefined;
}

/** The log in words. Later events name executions by their number alone. */
export function eventSentences(
  events: readonly { readonly seq: number; readonly event: RunEvent }[],
  nameOf: (node: string) => string,
): readonly EventSentence[] {
  const nodes = new Map<number, string>();
  const named = (exec: number): string => nameOf(nodes.get(exec) ?? String(exec));
  return events.map(({ seq, event }) => {
    if (event.type === 'node_started') nodes.set(event.exec, event.node);
    const { key, tone = 'off', values = {}, due, error } = lineOf(event, named, nameOf);
    return {
      seq,
      at: event.at,
      tone,
      key,
      node: 'exec' in event ? nodes.get(event.exec) : undefined,
      values: { ...('exec' in event ? { name: named(event.exec) } : {}), ...values },
      ...(due === undefined ? {} : { due }),
      ...(error === undefined ? {} : { detail: `${error.error_code}: ${error.error_message}` }),
    };
  });
}

function lineOf(event: RunEvent, named: (exec: number) => string, nameOf: (node: string) => string): Line {
  switch (event.type) {
    case 'run_started':
      return { key: 'runStarted', tone: 'busy' };
    case 'node_started':
      return event.kind === 'wait'
        ? { key: event.callback === undefined ? 'waits' : 'waitsForCallback', tone: 'busy', due: event.due }
        : { key: 'nodeStarted', tone: 'busy' };
    case 'call_started':
      return event.action === undefined
        ? { key: 'attemptStarted', tone: 'busy', values: { attempt: event.attempt } }
        : { key: 'actionStarted', tone: 'busy', values: { action: nameOf(event.action), attempt: event.attempt } };
    case 'call_finished':
      return {
        key: event.error === undefined ? 'callSucceeded' : 'callFailed',
        tone: event.error === undefined ? 'good' : 'bad',
        values: { attempt: event.attempt },
        error: event.error,
      };
    case 'child_started':
      return { key: 'childStarted', tone: 'busy', values: { run: event.run } };
    case 'retry_scheduled':
      return { key: 'retryScheduled', due: event.due };
    case 'node_finished':
      return event.to === undefined
        ? { key: 'nodeFinished', tone: 'good' }
        : { key: 'nodeFinishedTo', tone: 'good', values: { to: nameOf(event.to) } };
    case 'node_failed':
      return event.via === undefined
        ? { key: 'nodeFailed', tone: 'bad', error: event.error }
        : { key: 'nodeHandled', tone: 'bad', values: { via: nameOf(event.via) }, error: event.error };
    case 'loop_items':
      return { key: 'loopItems', values: { count: event.items.length } };
    case 'iterations_started':
      return { key: 'iterationsStarted', tone: 'busy', values: { count: event.count } };
    case 'callback_received':
      return {
        key: event.error === undefined ? 'callbackReceived' : 'callbackFailed',
        tone: event.error === undefined ? 'good' : 'bad',
        values: { name: nameOf(event.key.replace(/#\d+$/, '')) },
        error: event.error,
      };
    case 'stop_requested':
      return { key: 'stopRequested' };
    case 'abandoned':
      return { key: 'abandoned', values: { names: event.execs.map(named).join(', ') } };
    case 'input_replaced':
      return { key: 'inputReplaced' };
    case 'run_finished':
      return {
        key: ENDS[event.status],
        tone: event.status === 'success' ? 'good' : event.status === 'cancel' ? 'off' : 'bad',
        error: event.error,
      };
  }
}

const ENDS = { success: 'runSucceeded', fail: 'runFailed', timeout: 'runTimedOut', cancel: 'runCancelled' } as const;
