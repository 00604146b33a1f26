import { type Language, runtimeRules } from '../../domain/runtime-rules.ts';

/** The requirements of a template for its runtime. */
export interface RuntimeNeed {
  readonly language: Language;
  readonly since?: string;
}

/** Named where the machine has none that fits, so that the refusal names the runtime to install. */
const USUAL: Partial<Record<Language, string>> = {
  node: 'Node.js20.15',
  python: 'Python3.10',
  java: 'Java17',
  custom: 'Custom',
  http: 'http',
};

/** Whether a function of `runtime` can be made from it. */
export function fitsRuntime({ language, since }: RuntimeNeed, runtime: string): boolean {
  if (runtimeRules(runtime)?.language !== language) return false;
  return since === undefined || compareVersions(versionOf(runtime), versionOf(since)) >= 0;
}

/** The newest of the `available` runtimes that fits. */
export function chooseRuntime(need: RuntimeNeed, available: readonly string[]): string {
  const fitting = available.filter((runtime) => fitsRuntime(need, runtime));
  const [newest] = fitting.sort((a, b) => compareVersions(versionOf(b), versionOf(a)));
  return newest ?? USUAL[need.language] ?? '';
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
