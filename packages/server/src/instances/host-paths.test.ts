import { expect, it } from 'vitest';
import { withHostPaths } from './host-paths.ts';
import type { LaunchSpec } from './launch-spec.ts';

it('replaces every path below a bind, the longest bind first, and leaves other text alone', () => {
  const spec = {
    runtime: {
      command: ['/opt/node/bin/node', '--flag', '/home/snuser/runtime/nodejs/shim.js'],
      binds: [
        { source: '/host/node', target: '/opt/node' },
        { source: '/host/shims', target: '/home/snuser/runtime/nodejs' },
      ],
      workingDir: '/opt/function',
    },
    codeBinds: [{ source: '/data/tree', target: '/opt/function/code' }],
    codeRoot: '/opt/function/code',
    env: { RUNTIME_CODE_ROOT: '/opt/function/code', MINE: '/opt/function/code', RUNTIME_HANDLER: 'index.handler' },
  } as unknown as LaunchSpec;
  expect(withHostPaths(spec)).toMatchObject({
    runtime: { command: ['/host/node/bin/node', '--flag', '/host/shims/shim.js'], workingDir: '/data/tree' },
    codeRoot: '/data/tree',
    env: { RUNTIME_CODE_ROOT: '/data/tree', MINE: '/opt/function/code', RUNTIME_HANDLER: 'index.handler' },
  });
});
