import { fillInAll } from '../file/fill-in.ts';
import type { Project } from '../file/read-project.ts';
import type {
  AliasEntry,
  AsyncEntry,
  FunctionEntry,
  ProjectFile,
  ReservedEntry,
  SecretSource,
  TriggerEntry,
} from '../file/schema.ts';
import type { Path } from '../file/schema-faults.ts';
import { wordsOf } from '../file/words.ts';
import type { Fields } from '../plan/resource.ts';
import { settingsOf } from './settings.ts';

/** A function of the file in one stage, before its code and secrets are read. */
export interface FunctionSpec {
  /** With the suffix of the stage. */
  readonly name: string;
  readonly fields: Fields;
  /** None for a container image. */
  readonly folder: string | undefined;
  readonly build: string | undefined;
  readonly secrets: Readonly<Record<string, SecretSource>>;
  /** Names, those of the file with the suffix. */
  readonly dependencies: readonly string[];
  readonly triggers: Readonly<Record<string, TriggerEntry>>;
  readonly aliases: Readonly<Record<string, AliasEntry>>;
  readonly async: AsyncEntry | undefined;
  readonly reserved: ReservedEntry | undefined;
  readonly path: Path;
}

export interface StageChoice {
  /** `default` without one. */
  readonly name: string;
  readonly suffix: string;
}

const DEFAULT = 'default';

/** The stage of the name; undefined when the file has none of it. */
export function stageOf(file: ProjectFile, name = DEFAULT): StageChoice | undefined {
  const stage = file.stages?.[name];
  if (name !== DEFAULT && stage === undefined) return undefined;
  return { name, suffix: stage?.suffix ?? (name === DEFAULT ? '' : `-${name}`) };
}

/** The functions of a file, which is that of the stage, as they are in it. Throws CliErrors with their place. */
export function functionSpecs({ file, fault }: Project, { name: stage, suffix }: StageChoice): FunctionSpec[] {
  const overlay = file.stages?.[stage];
  const words = wordsOf(file, { name: stage, suffix });
  return Object.entries(file.functions ?? {}).map(([name, written]) => {
    const change = overlay?.functions?.[name] || undefined;
    const { triggers, aliases, ...settings } = change ?? {};
    const entry: FunctionEntry = { ...written, ...settings };
    const path = ['functions', name];
    checkSource(entry, path, fault);
    const environment = {
      ...file.environment,
      ...written.environment,
      ...overlay?.environment,
      ...change?.environment,
    };
    const unknown = (word: string): Error =>
      fault(
        [...path, 'environment'],
        `has \${${word}}, which stands for nothing`,
        `possible: ${Object.keys(words).join(', ')}; write $\${ for the text itself`,
      );
    return {
      name: `${name}${suffix}`,
      fields: { ...settingsOf(entry), environment: fillInAll(environment, words, unknown) },
      folder: entry.folder,
      build: entry.build,
      secrets: { ...written.secrets, ...change?.secrets },
      dependencies: (entry.dependencies ?? []).map((text) => words[`dependencies.${text}`] ?? text),
      triggers: partsOf({ ...written.triggers, ...triggers }),
      aliases: partsOf({ ...written.aliases, ...aliases }),
      async: entry.async,
      reserved: entry.reserved,
      path,
    };
  });
}

/** Without those that the stage leaves out. */
function partsOf<T extends object>(parts: Readonly<Record<string, T | false>>): Record<string, T> {
  return Object.fromEntries(Object.entries(parts).filter((part): part is [string, T] => part[1] !== false));
}

const OF_CODE = ['folder', 'runtime', 'handler'] as const;
/** Their place is in the image. */
const NOT_OF_IMAGES = ['folder', 'build', 'dependencies', 'initializer'] as const;

function checkSource(entry: FunctionEntry, path: Path, fault: Project['fault']): void {
  if (entry.image === undefined) {
    const missing = OF_CODE.find((key) => entry[key] === undefined);
    if (missing !== undefined) throw fault(path, `needs ${missing}`, 'or an image in the place of code');
    return;
  }
  const extra = NOT_OF_IMAGES.find((key) => entry[key] !== undefined);
  if (extra !== undefined) throw fault([...path, extra], 'is for functions without an image');
}
