import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { SandboxSpec } from '../../../packages/server/src/instances/sandbox/index.ts';
import { NODE, PROBES, type SandboxBench, WITH_NODE } from './sandbox-bench.ts';

/** How a probe ended. */
export type Outcome = { readonly ok: unknown } | { readonly errno: string };

const PYTHON = '/usr/bin/python3';

/** Runs a probe inside a fresh sandbox. */
export async function inside(
  bench: SandboxBench,
  name: string,
  args: readonly (string | number)[] = [],
  changes: Partial<SandboxSpec> = {},
): Promise<Outcome> {
  return outcomeOf(await bench.run([PYTHON, '/opt/function/code/probe.py', name, ...args.map(String)], changes));
}

/** The same probe on the host, with our rights: the control that shows the probe itself works. */
export function outside(
  name: string,
  args: readonly (string | number)[] = [],
  launcher: readonly string[] = [],
): Outcome {
  const command = [...launcher, PYTHON, join(PROBES, 'probe.py'), name, ...args.map(String)];
  return run(command);
}

export async function insideNode(bench: SandboxBench, name: string, argument = ''): Promise<Outcome> {
  return outcomeOf(await bench.run([NODE, '/opt/function/code/probe.cjs', name, argument], WITH_NODE));
}

export function outsideNode(name: string, argument = ''): Outcome {
  return run([process.execPath, join(PROBES, 'probe.cjs'), name, argument]);
}

export function parseOutcome(stdout: string): Outcome {
  return JSON.parse(stdout) as Outcome;
}

function outcomeOf({ stdout, stderr, exit }: { stdout: string; stderr: string; exit: unknown }): Outcome {
  if (stdout === '') throw new Error(`the probe said nothing: ${stderr} ${JSON.stringify(exit)}`);
  return parseOutcome(stdout);
}

function run([program = '', ...args]: readonly string[]): Outcome {
  return parseOutcome(execFileSync(program, args, { encoding: 'utf8' }));
}
