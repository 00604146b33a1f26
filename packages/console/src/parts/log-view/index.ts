export { keyOf, type ShownLine } from './log-line.ts';
export { DownloadLines, LevelField, WrapField } from './log-tools.tsx';
export { LogView } from './log-view.tsx';
export { NoLines } from './no-lines.tsx';
