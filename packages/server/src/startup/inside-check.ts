import type { Check } from '../ingress/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';

/** Whether functions can call the platform on this machine, for `doctor`. */
export function insideCheck({ driver, doors, degraded }: SandboxCapabilities): Check {
  const name = 'calls from inside';
  if (doors) {
    const detail = 'functions reach the API and the gateway at platform.internal';
    return { name, ok: true, code: 'inside.open', detail };
  }
  if (driver === 'process') {
    const detail = 'Functions have no platform.internal: without isolation they use the network of the machine.';
    return {
      name,
      ok: false,
      code: 'inside.process',
      detail,
      hint: 'Run the server with a sandbox: --sandbox bubblewrap.',
    };
  }
  return {
    name,
    ok: false,
    code: 'inside.closed',
    detail:
      degraded.find((sentence) => sentence.includes('call the platform')) ?? 'Functions cannot call the platform.',
    hint: 'Install gcc and libc6-dev, build again (npm run build), and restart the server.',
  };
}
