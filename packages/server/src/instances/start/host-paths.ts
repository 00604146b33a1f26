import { resolve } from 'node:path';
import type { LaunchSpec } from './launch-spec.ts';

/**
 * The same launch without its own file system: paths below a bind are replaced by host paths. For the driver `process`,
 * which has no mounts, so that the contract's paths do not exist.
 */
export function withHostPaths(spec: LaunchSpec): LaunchSpec {
  const longestFirst = [...spec.runtime.binds, ...spec.codeBinds].sort((a, b) => b.target.length - a.target.length);
  const host = (path: string): string => {
    const bind = longestFirst.find(({ target }) => path === target || path.startsWith(`${target}/`));
    return bind === undefined ? path : bind.source + path.slice(bind.target.length);
  };
  // Of a flag with a path only the path, and paths relative to the working folder, which differs here.
  const argument = (text: string): string => {
    if (text.startsWith('../')) return host(resolve(spec.runtime.workingDir, text));
    const flag = /^(-[^=/]+=)(\/.*)$/.exec(text);
    return flag === null ? host(text) : `${flag[1]}${host(flag[2] ?? '')}`;
  };
  const codeRoot = host(spec.codeRoot);
  const env = Object.entries(spec.env).map(([name, value]) => [
    name,
    name.startsWith('RUNTIME_') ? host(value) : value,
  ]);
  return {
    ...spec,
    runtime: { ...spec.runtime, command: spec.runtime.command.map(argument), binds: [], workingDir: codeRoot },
    codeBinds: [],
    codeRoot,
    env: Object.fromEntries(env),
  };
}
