/** `busy` means full; an instance with free slots is `ready`, even while it serves requests. */
export type InstanceState = 'starting' | 'initializing' | 'ready' | 'busy' | 'draining' | 'stopped' | 'failed';

const ALLOWED: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  starting: ['initializing', 'draining', 'failed', 'stopped'],
  initializing: ['ready', 'draining', 'failed', 'stopped'],
  ready: ['busy', 'draining', 'failed', 'stopped'],
  busy: ['ready', 'draining', 'failed', 'stopped'],
  draining: ['failed', 'stopped'],
  stopped: [],
  failed: ['stopped'],
};

/** Throws on a forbidden transition: a broken assumption, never a user's fault. */
export function transition(from: InstanceState, to: InstanceState): InstanceState {
  if (!ALLOWED[from].includes(to)) throw new Error(`an instance cannot go from ${from} to ${to}`);
  return to;
}
