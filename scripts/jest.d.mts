export const JEST: string;
/** Resolves with why it could not be brought. */
export function bringJest(): Promise<string | undefined>;
