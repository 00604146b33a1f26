import type { Receipt } from '@funcgraph/api';

const PHASES = ['queue', 'sandbox', 'boot', 'load', 'init', 'handler'] as const;

export interface Phase {
  readonly name: (typeof PHASES)[number] | 'rest';
  readonly ms: number;
  /** Of the whole time, 0 to 1. */
  readonly share: number;
}

/** The steps of an invocation that took time, in their order; what no step explains is the rest. */
export function phasesOf(receipt: Pick<Receipt, `${(typeof PHASES)[number]}_ms` | 'total_ms'>): readonly Phase[] {
  const steps = PHASES.map((name) => ({ name, ms: receipt[`${name}_ms`] }));
  const sum = steps.reduce((total, { ms }) => total + ms, 0);
  const whole = Math.max(sum, receipt.total_ms);
  const all = [...steps, { name: 'rest' as const, ms: whole - sum }];
  return all.filter(({ ms }) => ms > 0).map(({ name, ms }) => ({ name, ms, share: ms / whole }));
}
