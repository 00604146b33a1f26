import {
  type ConformanceHarness,
  describeSandboxDriver,
  PROGRAMS,
} from '../../packages/server/src/instances/sandbox/conformance.ts';
import { type BenchOptions, MIB, PROBES, SandboxBench } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

async function harnessOf(options: BenchOptions): Promise<ConformanceHarness> {
  const bench = await SandboxBench.open(options);
  return {
    driver: bench.agent.driver(bench.driverName),
    spec: (id, program) => bench.spec(['/bin/sh', '-c', PROGRAMS[program]], { id }),
    codelessSpec: (id, program) => bench.spec(['/bin/sh', '-c', PROGRAMS[program]], { id, binds: [] }),
    assignment: () => ({
      memoryBytes: 64 * MIB,
      cpuMillis: 100,
      binds: [{ source: PROBES, target: '/opt/function/code' }],
    }),
    leftovers: async () => bench.leftovers(),
    dispose: () => bench.dispose(),
  };
}

describeSandboxDriver('bubblewrap', () => harnessOf({}), { limitsMemory: isRoot, canAssign: isRoot });
// Root's agent has no such driver: functions would be root.
const user = isRoot ? { uid: 65_534 } : {};
describeSandboxDriver('process', () => harnessOf({ driver: 'process', ...user }), {
  limitsMemory: false,
  canAssign: false,
});

if (isRoot) {
  describeSandboxDriver('bubblewrap without the compiled launcher', () => harnessOf({ start: 'bubblewrap' }), {
    limitsMemory: true,
    canAssign: true,
  });
  describeSandboxDriver('bubblewrap without the attach helper', () => harnessOf({ attach: 'mounts' }), {
    limitsMemory: true,
    canAssign: true,
  });
  describeSandboxDriver('bubblewrap of an agent without privileges', () => harnessOf({ uid: NOBODY }), {
    limitsMemory: false,
    canAssign: false,
  });
  describeSandboxDriver('process of an agent without privileges', () => harnessOf({ uid: NOBODY, driver: 'process' }), {
    limitsMemory: false,
    canAssign: false,
  });
}
