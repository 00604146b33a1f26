export type { Check, Machine } from './check.ts';
export { probeDatabase } from './database-probe.ts';
export { hostMachine } from './host-machine.ts';
export { probeMachine } from './probes.ts';
