import { expect, it } from 'vitest';
import { withHostPaths } from './host-paths.ts';
import type { LaunchSpec } from './launch-spec.ts';

it('replaces every path below a bind, the longest bind first, and leaves other text alone', () => {
  const spec = {
    command: ['/opt/node/bin/node', '--flag', '/home/snuser/runtime/nodejs/shim.js'],
    binds: [
      { source: '/host/node', target: '/opt/node' },
      { source: '/host/shims', target: '/home/snuser/runtime/nodejs' },
      { source: '/data/tree', target: '/opt/function/code' },
    ],
    codeRoot: '/opt/function/code',
    workingDir: '/opt/function',
    env: { RUNTIME_CODE_ROOT: '/opt/function/code', MINE: '/opt/function/code', RUNTIME_HANDLER: 'index.handler' },
  } as unknown as LaunchSpec;
  expect(withHostPaths(spec)).toMatchObject({
    command: ['/host/node/bin/node', '--flag', '/host/shims/shim.js'],
    codeRoot: '/data/tree',
    workingDir: '/data/tree',
    env: { RUNTIME_CODE_ROOT: '/data/tree', MINE: '/opt/function/code', RUNTIME_HANDLER: 'index.handler' },
  });
});
