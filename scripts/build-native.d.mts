export function buildNative(): Promise<void>;
