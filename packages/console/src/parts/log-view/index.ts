export type { ShownLine } from './log-line.ts';
export { LogView } from './log-view.tsx';
