import type { RunEvent } from '@funcgraph/flow';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, follow } from '../../api/index.ts';

/** Events that come together are drawn together. */
const DRAW_EVERY_MS = 150;
const AGAIN_MS = 2000;

export interface SeenEvent {
  readonly seq: number;
  readonly event: RunEvent;
}

interface Seen {
  readonly events: readonly SeenEvent[];
  /** Set when the server refuses to show the log. */
  readonly error: Error | undefined;
}

/** The log of a run from its first event on, followed to its end; continues behind the last event after a failure. */
export function useRunEvents(flow: string, run: string): Seen {
  const queries = useQueryClient();
  const [seen, setSeen] = useState<Seen>({ events: [], error: undefined });
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const events: SeenEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      setSeen({ events: [...events], error: undefined });
    };
    const add = (line: SeenEvent) => {
      events.push(line);
      timer ??= setTimeout(draw, DRAW_EVERY_MS);
    };
    const isOver = () => signal.aborted || events.at(-1)?.event.type === 'run_finished';
    const read = async () => {
      const after = events.at(-1)?.seq;
      const input = {
        params: { workflow_id: flow, execution_id: run },
        query: after === undefined ? {} : { after: String(after) },
      };
      for await (const line of follow('followWorkflowExecution', input, queries, signal)) add(line as never);
    };
    const readToEnd = async () => {
      while (!isOver()) {
        try {
          await read();
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
            setSeen({ events: [...events], error });
            return;
          }
        }
        if (!isOver()) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    setSeen({ events: [], error: undefined });
    void readToEnd();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [queries, flow, run]);
  return seen;
}
