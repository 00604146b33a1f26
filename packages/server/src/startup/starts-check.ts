import type { Check } from '../ingress/index.ts';
import type { SandboxCapabilities } from '../instances/index.ts';

/** What makes the sandboxes of functions on this machine, for `doctor`. */
export function startsCheck({ driver, way }: SandboxCapabilities): Check {
  const name = 'starts';
  if (driver === 'process')
    return { name, ok: true, code: 'starts.process', detail: 'instances are plain processes, without sandboxes' };
  if (way === 'launcher')
    return { name, ok: true, code: 'starts.launcher', detail: 'the compiled launcher makes sandboxes by itself' };
  return {
    name,
    ok: false,
    code: 'starts.bubblewrap',
    detail: 'Bubblewrap makes sandboxes, as safely, and takes longer: the compiled launcher is missing or cannot.',
    hint: 'Install gcc and libc6-dev, build again (npm run build), and restart the server. Linux must be 5.12 or newer.',
  };
}
