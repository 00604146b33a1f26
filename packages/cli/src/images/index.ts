export { imageProgress } from './image-progress.ts';
export { archiveBytes, sendArchive } from './send-archive.ts';
