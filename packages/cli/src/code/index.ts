export { type Collected, codeError, collectEntries } from './collect.ts';
export { folderDigest } from './folder-digest.ts';
export { handlerFault } from './handler-file.ts';
export { packEntries, packFolder } from './pack.ts';
