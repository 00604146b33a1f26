export type { Check, Machine } from './check.ts';
export { hostMachine } from './host-machine.ts';
export { probeMachine } from './probes.ts';
export { probeStores } from './store-probe.ts';
