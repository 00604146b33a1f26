export { type Collected, codeError, collectEntries, type Entry } from './collect.ts';
export { entriesDigest, folderDigest } from './folder-digest.ts';
export { functionCode } from './function-code.ts';
export { handlerFault } from './handler-file.ts';
export { KeptBuilds } from './kept-builds.ts';
export { packEntries, packFolder } from './pack.ts';
export { type CodeSource, typeScriptOf } from './typescript.ts';
export { unzip } from './unzip.ts';
export { writeFiles } from './write-files.ts';
