import { bootstrapFault } from './bootstrap.ts';
import { bundle } from './bundle.ts';
import { type Collected, collectEntries } from './collect.ts';
import type { KeptBuilds } from './kept-builds.ts';
import { type CodeSource, isLeftOut, typeScriptOf } from './typescript.ts';

export interface CodeRequest extends CodeSource {
  /** Packages that are not installed may be part of a dependency of the function. */
  readonly hasLibraries: boolean;
  readonly kept?: KeptBuilds | undefined;
}

/** The files of a function. Its TypeScript is built. */
export async function functionCode(request: CodeRequest): Promise<Collected> {
  const source = typeScriptOf(request);
  if (source === undefined) {
    const fault = request.runtime === 'http' ? bootstrapFault(request.folder) : undefined;
    if (fault !== undefined) throw fault;
    return collectEntries(request.folder);
  }
  const made = await bundle(source, request.hasLibraries, request.kept);
  const { entries, ignored } = await collectEntries(request.folder, (path) => isLeftOut(path, source));
  const all = [...entries, ...made.map((one) => ({ kind: 'made' as const, ...one }))];
  return { entries: all.sort((a, b) => (a.path < b.path ? -1 : 1)), ignored };
}
