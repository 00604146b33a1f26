import type { Json } from '@funcgraph/flow';
import { createContext, useContext } from 'react';

export interface Sample {
  /** As typed. */
  readonly text: string;
  /** Undefined while it is no JSON. */
  readonly data: Json | undefined;
  readonly set: (text: string) => void;
}

const Context = createContext<Sample | undefined>(undefined);
export const SampleProvider = Context.Provider;

/** The data that expressions are tried on. */
export function useSample(): Sample {
  const sample = useContext(Context);
  if (sample === undefined) throw new Error('outside of the editor');
  return sample;
}
