export const STATES = ['alarm', 'ok', 'no_data'] as const;
export type State = (typeof STATES)[number];
