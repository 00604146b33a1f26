import type { RouteId } from '@funcgraph/api';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { follow, type Input } from '../../api/index.ts';

type ProgressRoute = Extract<RouteId, 'installRuntime' | 'pullImage'>;

/** Long work of the server that reports its steps. It ends with the component. */
export function useProgress<R extends ProgressRoute>(id: R) {
  const queries = useQueryClient();
  const [step, setStep] = useState<string>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  /** Throws what went wrong. */
  const run = async (input: Input<R>, group: string): Promise<void> => {
    stop.current = new AbortController();
    setStep('');
    try {
      for await (const line of follow(id, input, queries, stop.current.signal)) {
        const { step, error } = line as { step: string; error?: string };
        if (error !== undefined) throw new Error(error);
        setStep(step);
      }
      await queries.invalidateQueries({ queryKey: [group] });
    } finally {
      setStep(undefined);
    }
  };
  return { run, step };
}
