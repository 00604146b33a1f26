export { archiveBytes, sendArchive } from './send-archive.ts';
export { toldProgress } from './told-progress.ts';
