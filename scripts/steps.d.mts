/** What tests use of the plain scripts. */
export function ensureBuilt(): Promise<void>;
