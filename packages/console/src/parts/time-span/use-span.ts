import { useCallback, useState } from 'react';
import { useUrlState } from '../url-state.ts';
import { type SPANS, type Span, type SpanName, spanOf } from './span.ts';

export interface SpanState extends Span {
  readonly name: SpanName;
  readonly set: (change: { name: SpanName } & Partial<Span>) => void;
  /** A range that ends now ends at the present moment again. */
  readonly renew: () => void;
}

const isoOf = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());

/** A range of time that stands in the address. Its end stays the same until it is renewed, so that pages fit together. */
export function useSpan(usual: keyof typeof SPANS): SpanState {
  const [fields, setUrl] = useUrlState({ range: usual, from: '', to: '' });
  const [now, setNow] = useState(Date.now);
  const renew = useCallback(() => setNow(Date.now()), []);
  const set: SpanState['set'] = ({ name, from, to }) => {
    setUrl({ range: name, from: isoOf(from), to: isoOf(to) });
    renew();
  };
  return { ...spanOf(fields, usual, now), set, renew };
}
