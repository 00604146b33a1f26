interface Expected {
  readonly runtime: string;
  readonly handler: string;
}

export type ArchiveWarning = 'entry' | 'bootstrap' | 'binary' | 'shadow';

/** Modules that every Python program loads, directly or not. */
const PYTHON_MODULES = ['json', 'lib', 'os'];

/** What is likely to fail about an archive, by the paths in it; the server takes it all the same. */
export function archiveWarnings(paths: readonly string[], { runtime, handler }: Expected): readonly ArchiveWarning[] {
  const isCustom = runtime === 'http' || runtime.startsWith('Custom');
  if (isCustom) return paths.includes('bootstrap') ? [] : ['bootstrap'];
  if (runtime.startsWith('Go')) return paths.includes(handler) ? [] : ['binary'];
  if (!/^(Node|Python|PHP)/.test(runtime)) return [];
  const module = handler.slice(0, handler.lastIndexOf('.'));
  const hasEntry = paths.some(
    (path) => path.slice(0, path.lastIndexOf('.')) === module || path.startsWith(`${module}/`),
  );
  const isShadowed =
    runtime.startsWith('Python') &&
    paths.some((path) => PYTHON_MODULES.includes(path.replace(/\.py$/, '').split('/')[0] ?? ''));
  return [...(hasEntry ? [] : (['entry'] as const)), ...(isShadowed ? (['shadow'] as const) : [])];
}
