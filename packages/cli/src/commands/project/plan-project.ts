import type { KeptBuilds } from '../../code/index.ts';
import { CliError, type Context, EXIT } from '../../framework/index.ts';
import type { Builds } from '../../project/functions/builds.ts';
import { type Plan, planOf } from '../../project/plan/plan.ts';
import { type Actual, type Desired, KINDS, type Owned, type Step } from '../../project/plan/resource.ts';
import type { Drivers } from '../../project/server/apply.ts';
import { runtimeFor } from '../functions/runtime-for.ts';
import { driversFor, NO_INPUTS } from './drivers.ts';
import type { OpenProject } from './open-project.ts';
import { readDesired } from './read-desired.ts';

export interface PlannedProject {
  readonly steps: readonly Step[];
  readonly drivers: Drivers;
  /** In the record, and gone from the server. */
  readonly vanished: readonly Owned[];
}

interface Choice {
  readonly builds: Builds;
  /** Of plans that are repeated. */
  readonly kept?: KeptBuilds;
  /** Take over what exists under a name of the file. */
  readonly adopts: boolean;
  /** Names of the file; everything unless given. */
  readonly only?: readonly string[];
}

/** Builds, reads and compares; changes nothing on the server. */
export async function planProject(opened: OpenProject, choice: Choice, context: Context): Promise<PlannedProject> {
  const { record } = opened;
  const only = choice.only && new Set(choice.only.map((name) => checkedName(name, opened)));
  const isChosen = (name: string): boolean => only === undefined || only.has(name.split('/')[0] ?? name);
  const { desired, drivers } = await readDesired(
    opened,
    { builds: choice.builds, kept: choice.kept, isWhole: only === undefined, isChosen },
    context,
  );
  const owned = record.owned.filter(
    ({ kind, name }) => only === undefined || (PARTS.has(kind) && isChosen(name)) || kind === 'dependency',
  );
  const actual = await findActual([...desired, ...owned], drivers);
  const complete = await withRuntimes(desired, actual, opened, context);
  const { steps, foreign } = planOf({ desired: complete, actual, owned });
  if (foreign.length > 0 && !choice.adopts) throw foreignError(foreign, opened);
  return {
    steps,
    drivers,
    vanished: owned.filter((one) => isKnown(one) && !actual.some((found) => isSameName(found, one))),
  };
}

/** What deletes everything that the project made. */
export async function planDestruction({ connection, record }: OpenProject, context: Context): Promise<PlannedProject> {
  const drivers = driversFor({ connection, signal: context.signal, ...NO_INPUTS });
  const actual = await findActual(record.owned, drivers);
  return { ...planOf({ desired: [], actual, owned: record.owned }), drivers, vanished: [] };
}

/** A function and what belongs to it. */
const PARTS: ReadonlySet<string> = new Set(['function', 'alias', 'async', 'reserved', 'trigger']);

const isKnown = ({ kind }: Owned): boolean => (KINDS as readonly string[]).includes(kind);
const isSameName = (a: Actual, b: Owned): boolean => a.kind === b.kind && a.name === b.name;

export async function findActual(
  resources: readonly { kind: string; name: string }[],
  drivers: Drivers,
): Promise<Actual[]> {
  const found: Actual[] = [];
  for (const kind of KINDS) {
    const names = new Set(resources.filter((one) => one.kind === kind).map(({ name }) => name));
    if (names.size > 0) found.push(...(await drivers[kind].find([...names])));
  }
  return found;
}

/** `Node.js` alone stands for the version that the function has, or for the newest. */
async function withRuntimes(
  desired: readonly Desired[],
  actual: readonly Actual[],
  { connection }: OpenProject,
  { signal }: Context,
): Promise<Desired[]> {
  const result: Desired[] = [];
  for (const one of desired) {
    if (one.kind !== 'function' && one.kind !== 'dependency') {
      result.push(one);
      continue;
    }
    const present = actual.find(({ kind, name }) => kind === one.kind && name === one.name)?.fields.runtime;
    const runtime = await runtimeFor(
      String(one.fields.runtime),
      typeof present === 'string' ? present : undefined,
      connection.client,
      signal,
    );
    result.push({ ...one, fields: { ...one.fields, runtime } });
  }
  return result;
}

function checkedName(name: string, { project, stage }: OpenProject): string {
  const known = Object.keys(project.file.functions ?? {});
  if (known.includes(name)) return `${name}${stage.suffix}`;
  throw new CliError(`the project ${project.file.name} has no function ${name}`, {
    code: 'CLI.PROJECT',
    exitCode: EXIT.usage,
    hint: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
  });
}

function foreignError(foreign: Plan['foreign'], { project }: OpenProject): CliError {
  const [first] = foreign;
  const names = foreign.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  const message = `exists already, and the project ${project.file.name} did not make it`;
  if (first !== undefined && foreign.length === 1) {
    return project.fault(first.path, `(${names}) ${message}`, 'choose another name, or take it over with --adopt');
  }
  return new CliError(`${names}: each ${message}`, {
    code: 'CLI.PROJECT',
    exitCode: EXIT.refused,
    hint: 'Choose other names, or take them over with --adopt.',
  });
}
