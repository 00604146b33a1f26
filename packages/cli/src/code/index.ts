export { codeError } from './collect.ts';
export { folderDigest } from './folder-digest.ts';
export { type Packed, packFolder } from './pack.ts';
