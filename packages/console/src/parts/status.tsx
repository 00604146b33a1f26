import type { ReactNode } from 'react';
import './parts.css';

/** A state by colour, shape and word. */
export function Status({ kind, children }: { kind: 'good' | 'warning' | 'bad' | 'off'; children: ReactNode }) {
  return <span className={`status status-${kind}`}>{children}</span>;
}
