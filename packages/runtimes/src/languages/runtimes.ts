import { custom, http } from './custom.ts';
import { go } from './go.ts';
import { image } from './image.ts';
import { java } from './java/java.ts';
import type { Language, Runtime } from './language.ts';
import { cangjie, dotnet, php } from './later.ts';
import { nodejs } from './nodejs/nodejs.ts';
import { python } from './python/python.ts';

/** In the order in which people are shown them. */
export const LANGUAGES: readonly Language[] = [nodejs, python, java, go, custom, http, image, php, dotnet, cangjie];

/** Every listed `runtime` identifier, in the order of the languages and their versions. */
export const RUNTIMES: readonly Runtime[] = LANGUAGES.flatMap((language) =>
  language.versions.map((version) => runtimeOf(language, version)),
);

const byName: ReadonlyMap<string, Runtime> = new Map(RUNTIMES.map((runtime) => [runtime.name, runtime]));

export const MAX_HANDLER_CHARS = 128;

/** The language that has such a runtime name, of any version, installed or not. */
export function languageOf(name: string): Language | undefined {
  return LANGUAGES.find(({ names }) => names.test(name));
}

/** Whether `handler` has the form its language needs; also for initializers, which have the same. */
export function handlerFits({ handlers }: Language, handler: string): boolean {
  return handler.length <= MAX_HANDLER_CHARS && handlers.pattern.test(handler);
}

/**
 * The runtime of a name: a listed one, or one of an interpreter that is offered under its own version. Undefined for
 * anything else.
 */
export function findRuntime(name: string): Runtime | undefined {
  const listed = byName.get(name);
  if (listed !== undefined) return listed;
  const language = languageOf(name);
  const version = language?.names.exec(name)?.[1];
  if (language?.run.kind !== 'interpreter' || version === undefined) return undefined;
  return language.run.unlistedVersion(version) === version ? runtimeOf(language, version) : undefined;
}

/** Whether an interpreter that reports `actual` may serve `runtime`: `14.18` fits `14.18.3`, `22` fits `22.4.1`. */
export function versionFits(runtime: Runtime, actual: string): boolean {
  return runtime.version !== '' && (actual === runtime.version || actual.startsWith(`${runtime.version}.`));
}

/**
 * The runtime under which an interpreter is offered: a listed one if its version matches, otherwise one of its own
 * version. Node.js 20.20 therefore never serves `Node.js20.15`, but 22.4 serves `Node.js22`.
 */
export function runtimeForVersion(language: Language, actual: string): Runtime | undefined {
  const listed = RUNTIMES.find((runtime) => runtime.language === language && versionFits(runtime, actual));
  if (listed !== undefined || language.run.kind !== 'interpreter') return listed;
  const version = language.run.unlistedVersion(actual);
  return version === undefined ? undefined : runtimeOf(language, version);
}

function runtimeOf(language: Language, version: string): Runtime {
  const { id, run } = language;
  const hasInterpreter = run.kind !== 'program';
  return {
    name: language.nameOf(version),
    language,
    version: hasInterpreter ? version : '',
    id: `${id}${version}`,
    interpreter: hasInterpreter ? run.pathOf(version) : undefined,
  };
}
