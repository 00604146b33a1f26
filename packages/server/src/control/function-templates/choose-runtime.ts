import { LANGUAGES, type LanguageId, languageOf } from '@funcgraph/runtimes';

/** The requirements of a template for its runtime. */
export interface RuntimeNeed {
  readonly language: LanguageId;
  readonly since?: string;
}

/** Whether a function of `runtime` can be made from it. */
export function fitsRuntime({ language, since }: RuntimeNeed, runtime: string): boolean {
  if (languageOf(runtime)?.id !== language) return false;
  return since === undefined || compareVersions(versionOf(runtime), versionOf(since)) >= 0;
}

/** The newest of the `available` runtimes that fits; the usual one where none does, so that a refusal names it. */
export function chooseRuntime(need: RuntimeNeed, available: readonly string[]): string {
  const fitting = available.filter((runtime) => fitsRuntime(need, runtime));
  const [newest] = fitting.sort((a, b) => compareVersions(versionOf(b), versionOf(a)));
  return newest ?? LANGUAGES.find(({ id }) => id === need.language)?.suggested ?? '';
}

function versionOf(text: string): number[] {
  return (/\d+(?:\.\d+)*$/.exec(text)?.[0] ?? '').split('.').map(Number);
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
