export { calledAs } from './called-as.ts';
export { CliError, systemCode, usageError } from './cli-error.ts';
export type { Command, Noun, Tree } from './command.ts';
export { defineCommand, VERB_SYNONYMS } from './command.ts';
export { confirm, confirmDeletion, YES_FLAG } from './confirm.ts';
export type { Context, Sink } from './context.ts';
export type { ExitCode } from './exit-code.ts';
export { EXIT } from './exit-code.ts';
export type { FlagSpec, FlagSpecs, FlagValues, RawValue } from './flag.ts';
export { flag } from './flag.ts';
export { makeFolders } from './make-folders.ts';
export type { Columns, Heading, Output, Row, StreamItem } from './output.ts';
export { GLOBAL_FLAGS } from './parse.ts';

export { PlannedChange } from './planned-change.ts';
export { run } from './run.ts';
export { suggest } from './suggest.ts';
export { tableText } from './table-text.ts';
