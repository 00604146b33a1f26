import { suggest } from '../../framework/index.ts';
import type { Project } from './read-project.ts';
import type { ProjectFile } from './schema.ts';

const KINDS = ['functions', 'dependencies', 'buckets', 'topics', 'flows', 'alarms'] as const;
type Kind = (typeof KINDS)[number];
type Entries = Readonly<Record<string, object | null>>;
type Changes = Readonly<Record<string, object | false>>;

/**
 * The project as a stage has it: `false` leaves an entry out, and a map replaces keys of the entry. Functions are changed
 * where their variables are known. Throws the fault of a change of an entry that the file does not have.
 */
export function inStage(project: Project, stage: string): Project {
  const { file, fault } = project;
  const overlay = file.stages?.[stage];
  if (overlay === undefined) return project;
  const parts: Partial<Record<Kind, Entries>> = {};
  for (const kind of KINDS) {
    const changes = (overlay[kind] ?? {}) as Changes;
    const entries = (file[kind] ?? {}) as Entries;
    for (const name of Object.keys(changes)) {
      if (Object.hasOwn(entries, name)) continue;
      const near = suggest(name, Object.keys(entries));
      throw fault(['stages', stage, kind, name], `is not under ${kind}`, near && `did you mean ${near}?`);
    }
    parts[kind] = Object.fromEntries(
      Object.entries(entries).flatMap(([name, entry]) => {
        const change = changes[name];
        if (change === false) return [];
        return [[name, kind === 'functions' || change === undefined ? entry : { ...entry, ...change }]];
      }),
    );
  }
  return { fault, file: { ...file, ...(parts as Partial<ProjectFile>) } };
}
