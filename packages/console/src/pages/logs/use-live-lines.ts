import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, follow } from '../../api/index.ts';
import type { ShownLine } from '../../parts/log-view/index.ts';
import { MOST_LINES } from './merge.ts';
import { fromFlow, fromFunction } from './shown-lines.ts';
import { type Source, sourcesOf, sourceText } from './source.ts';
import type { LineFilter } from './use-source-lines.ts';

const SHOW_EVERY_MS = 250;
const AGAIN_AFTER_MS = 1000;

async function* linesOf(source: Source, query: LineFilter, queries: QueryClient, signal: AbortSignal) {
  const { kind, id, name } = source;
  const of = sourceText(source);
  if (kind === 'flow') {
    for await (const line of follow('followWorkflowLogs', { params: { workflow_id: id }, query }, queries, signal))
      yield fromFlow(name, of, line);
    return;
  }
  for await (const line of follow('followLogs', { params: { function_urn: id }, query }, queries, signal))
    yield fromFunction(name, of, line);
}

interface Live {
  /** Whether lines are received. */
  readonly isOn: boolean;
  /** Whether they are held back. */
  readonly isPaused: boolean;
  /** Sources as the address has them. */
  readonly sources: string;
  readonly filter: LineFilter;
}

/** New lines as they arrive. A connection that ends is made again; a refusal ends it. */
export function useLiveLines({ isOn, isPaused, sources, filter }: Live) {
  const { keyword, level } = filter;
  const queries = useQueryClient();
  const waiting = useRef<ShownLine[]>([]);
  const [lines, setLines] = useState<readonly ShownLine[]>([]);
  const [held, setHeld] = useState(0);
  const [error, setError] = useState<Error>();

  const clear = useCallback(() => {
    waiting.current = [];
    setLines([]);
    setHeld(0);
  }, []);

  useEffect(() => {
    clear();
    setError(undefined);
    if (!isOn) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const receive = async (source: Source) => {
      while (!signal.aborted) {
        try {
          for await (const line of linesOf(source, { keyword, level }, queries, signal)) {
            waiting.current.push(line);
            if (waiting.current.length > MOST_LINES) waiting.current.shift();
          }
        } catch (reason) {
          if (signal.aborted) return;
          // the banner of the console says when the server cannot be reached
          if (reason instanceof ApiError && reason.status > 0) return setError(reason);
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
      }
    };
    for (const source of sourcesOf(sources)) void receive(source);
    return () => leaving.abort();
  }, [isOn, sources, keyword, level, queries, clear]);

  useEffect(() => {
    if (!isOn) return;
    const show = () => {
      if (isPaused) return setHeld(waiting.current.length);
      if (waiting.current.length === 0) return;
      const added = waiting.current;
      waiting.current = [];
      setHeld(0);
      setLines((before) => [...before, ...added].slice(-MOST_LINES));
    };
    show();
    const timer = setInterval(show, SHOW_EVERY_MS);
    return () => clearInterval(timer);
  }, [isOn, isPaused]);

  return { lines, held, error, clear };
}
