import type { Words } from './fill-in.ts';
import type { ProjectFile } from './schema.ts';

/** What `${...}` stands for in a stage: its name, and the names that resources of the file have in it. */
export function wordsOf(
  file: ProjectFile,
  { name: stage, suffix }: { readonly name: string; readonly suffix: string },
): Words {
  const named = (['functions', 'topics', 'buckets', 'flows', 'dependencies'] as const).flatMap((kind) =>
    Object.keys(file[kind] ?? {}).map((name): [string, string] => [`${kind}.${name}`, `${name}${suffix}`]),
  );
  return { stage, ...Object.fromEntries(named) };
}
