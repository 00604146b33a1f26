import type { Settings } from '../config/index.ts';

/** The first argument of a server that the launcher starts. */
export const LAUNCHED = '--launched';

/** Messages of the launcher to its server. */
export type LauncherMessage =
  /** The first one. */
  | { readonly event: 'begin'; readonly settings: Settings; readonly runDir: string; readonly linkDir: string }
  /** With the agent's socket. */
  | { readonly event: 'agent'; readonly pid: number }
  /** With a socket that the agent opened in a sandbox. */
  | { readonly event: 'door'; readonly sandboxId: string; readonly port: number }
  | { readonly event: 'agent-failed'; readonly reason: string }
  | { readonly event: 'agent-ended'; readonly pid: number; readonly reason: string }
  | { readonly event: 'run-dir-removed' }
  /** As SIGTERM. */
  | { readonly event: 'stop' };

/**
 * Requests of a server to its launcher: `remove-run-dir` comes last, while it still holds the lock of the data
 * directory.
 */
const ORDERS = ['start-agent', 'kill-agent', 'remove-run-dir'] as const;
export type Order = (typeof ORDERS)[number];

/** Undefined for a message that is no order. */
export function orderIn(message: unknown): Order | undefined {
  if (typeof message !== 'object' || message === null || !('order' in message)) return undefined;
  const { order } = message;
  return ORDERS.find((known) => known === order);
}
