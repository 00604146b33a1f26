import type { LaunchSpec } from './launch-spec.ts';

/**
 * The same launch without a file system of its own: every path below a bind becomes the host's. For the driver
 * `process`, where nothing is mounted and the contract's paths do not exist.
 */
export function withHostPaths(spec: LaunchSpec): LaunchSpec {
  const longestFirst = [...spec.runtime.binds, ...spec.codeBinds].sort((a, b) => b.target.length - a.target.length);
  const host = (path: string): string => {
    const bind = longestFirst.find(({ target }) => path === target || path.startsWith(`${target}/`));
    return bind === undefined ? path : bind.source + path.slice(bind.target.length);
  };
  const codeRoot = host(spec.codeRoot);
  const env = Object.entries(spec.env).map(([name, value]) => [
    name,
    name.startsWith('RUNTIME_') ? host(value) : value,
  ]);
  return {
    ...spec,
    runtime: { ...spec.runtime, command: spec.runtime.command.map(host), binds: [], workingDir: codeRoot },
    codeBinds: [],
    codeRoot,
    env: Object.fromEntries(env),
  };
}
