/** The functions of the plain scripts that tests use. */
export declare const ROOT: string;
export function ensureBuilt(): Promise<void>;
