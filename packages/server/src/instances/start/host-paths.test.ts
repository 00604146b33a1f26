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

it('replaces paths in flags and paths relative to the working folder', () => {
  const spec = {
    runtime: {
      command: [
        '/opt/jre/bin/java',
        '-XX:File=/home/snuser/runtime/java/a.jsa',
        '-cp',
        '../../home/snuser/runtime/java/shim.jar',
      ],
      binds: [
        { source: '/host/jvm', target: '/opt/jre' },
        { source: '/host/shims/java', target: '/home/snuser/runtime/java' },
      ],
      workingDir: '/opt/function',
    },
    codeBinds: [],
    codeRoot: '/opt/function/code',
    env: {},
  } as unknown as LaunchSpec;
  expect(withHostPaths(spec).runtime.command).toEqual([
    '/host/jvm/bin/java',
    '-XX:File=/host/shims/java/a.jsa',
    '-cp',
    '/host/shims/java/shim.jar',
  ]);
});
