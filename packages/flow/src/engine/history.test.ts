import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events.ts';
import { begin, fold } from './fold.ts';

/**
 * Logs as releases wrote them, one event a line, and after them what they mean. They are never edited: a run that began
 * before an upgrade must go on after it. A new version of an event comes with a new file.
 */
const folder = new URL('fixtures/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

function read(file: string): { events: RunEvent[]; meaning: object } {
  const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
  return { events: lines.slice(0, -1).map((line) => JSON.parse(line)), meaning: JSON.parse(lines.at(-1) ?? '') };
}

function stateOf(events: readonly RunEvent[]) {
  const [first, ...rest] = events;
  if (first?.type !== 'run_started') throw new Error('the log has no beginning');
  const state = begin(first);
  for (const event of rest) fold(state, event);
  const { status, output, error, next, executions, bytes, execs, ready, timers, callbacks } = state;
  const live = [...execs.values()].map(({ id, node, stage, attempt }) => ({ id, node, stage, attempt }));
  return JSON.parse(
    JSON.stringify({
      status,
      output,
      error,
      next,
      executions,
      bytes,
      live,
      ready: [...ready],
      timers: [...timers],
      callbacks: [...callbacks],
    }),
  );
}

describe('logs of earlier releases', () => {
  it.each(files)('%s means what it meant', (file) => {
    const { events, meaning } = read(file);
    expect(stateOf(events)).toEqual(meaning);
  });

  it('are not mixed with events of a newer release', () => {
    const [first] = read('v1-failed.jsonl').events;
    if (first?.type !== 'run_started') throw new Error('the log has no beginning');
    const event = { v: 2, at: 0, type: 'stop_requested' } as unknown as RunEvent;
    expect(() => fold(begin(first), event)).toThrow('version 2');
  });

  it('contain each event of version 1', () => {
    const types = new Set(
      files.flatMap((file) =>
        read(file).events.map((event) => (event.type === 'node_started' ? event.kind : event.type)),
      ),
    );
    expect([...types].sort()).toEqual([
      'abandoned',
      'call_finished',
      'call_started',
      'callback_received',
      'child_started',
      'condition',
      'end',
      'function',
      'input_replaced',
      'iterations_started',
      'loop',
      'loop_items',
      'node_failed',
      'node_finished',
      'parallel',
      'retry_scheduled',
      'run_finished',
      'run_started',
      'service',
      'stop_requested',
      'subflow',
      'wait',
    ]);
  });
});
