import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox, SandboxAssignment, SandboxSpec } from '../../../packages/server/src/instances/sandbox/index.ts';
import { type Outcome, parseOutcome } from './probing.ts';
import { MIB, PROBES, type SandboxBench } from './sandbox-bench.ts';

export const CODE = '/opt/function/code';
/** Where a waiting sandbox has the probes: beside the code, as a runtime has its interpreter. */
const PROBES_INSIDE = '/mnt/probes';

/** Starts a sandbox without code that runs a command. */
export function startWaiting(
  bench: SandboxBench,
  command: readonly string[],
  changes: Partial<SandboxSpec> = {},
): Promise<Sandbox> {
  const binds = [{ source: PROBES, target: PROBES_INSIDE }];
  return bench.start(command, { binds, memoryBytes: 4096 * MIB, ...changes });
}

export function probeCommand(name: string, args: readonly (string | number)[] = []): string[] {
  return ['/usr/bin/python3', `${PROBES_INSIDE}/probe.py`, name, ...args.map(String)];
}

/** A frozen sandbox that will run a probe as soon as it has code. */
export async function frozenProbe(
  bench: SandboxBench,
  name: string,
  args: readonly (string | number)[] = [],
): Promise<Sandbox> {
  const sandbox = await startWaiting(bench, probeCommand('when_code', [name, ...args]));
  await sandbox.freeze();
  return sandbox;
}

/** Assigns code to a waiting sandbox and says how its probe ended. */
export async function assigned(
  bench: SandboxBench,
  code: string,
  name: string,
  args: readonly (string | number)[] = [],
  changes: Partial<SandboxAssignment> = {},
): Promise<Outcome> {
  const sandbox = await frozenProbe(bench, name, args);
  const said = outputOf(sandbox);
  await sandbox.assign({ ...assignment(code), ...changes });
  return finished(sandbox, said);
}

/** How the probe of a sandbox without code ends. */
export async function waiting(
  bench: SandboxBench,
  name: string,
  args: readonly (string | number)[] = [],
): Promise<Outcome> {
  const sandbox = await startWaiting(bench, probeCommand(name, args));
  return finished(sandbox, outputOf(sandbox));
}

export function assignment(code: string): SandboxAssignment {
  return { memoryBytes: 128 * MIB, cpuMillis: 100, binds: [{ source: code, target: CODE }] };
}

export function makeCode(bench: SandboxBench, name: string, text = name): string {
  const folder = bench.makeFolder(name);
  writeFileSync(join(folder, 'handler'), text);
  // Nothing but the mount itself keeps the sandbox from writing.
  chmodSync(folder, 0o777);
  chmodSync(join(folder, 'handler'), 0o666);
  return folder;
}

/** Mounts in the namespace of a process, one line each. */
export function mountsOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').filter(Boolean);
}

export function outputOf(sandbox: Sandbox): { text: string } {
  const said = { text: '' };
  sandbox.onOutput(({ text }) => {
    said.text += text;
  });
  return said;
}

async function finished(sandbox: Sandbox, said: { readonly text: string }): Promise<Outcome> {
  const exit = await sandbox.exited;
  await sandbox.stop();
  if (said.text === '') throw new Error(`the probe said nothing: ${JSON.stringify(exit)}`);
  return parseOutcome(said.text);
}
