/** The functions of the plain scripts that tests use. */
export function ensureBuilt(): Promise<void>;
