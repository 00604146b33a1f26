import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzip, writeFiles } from '../../code/index.ts';
import { type Connection, type ConnectionFlags, connect } from '../../connection/index.ts';
import { CliError, type Context, EXIT, makeFolders } from '../../framework/index.ts';
import { describeFunction } from '../../project/existing/describe-function.ts';
import { nameFrom, projectText } from '../../project/file/new-project.ts';
import { readProject } from '../../project/file/read-project.ts';
import type { FunctionEntry } from '../../project/file/schema.ts';
import { NO_BUILD } from '../../project/functions/builds.ts';
import { planOf } from '../../project/plan/plan.ts';
import { planText } from '../../project/plan/plan-text.ts';
import { keyOf } from '../../project/plan/resource.ts';
import { refuseFilled } from '../template-files.ts';
import { download } from './download.ts';
import { functionNames, readExisting } from './existing-functions.ts';
import { type ExistingServices, readServices } from './existing-services.ts';
import { FILE_NAME, openProject } from './open-project.ts';
import { findActual } from './plan-project.ts';
import { readDesired } from './read-desired.ts';

interface Request {
  readonly folder: string;
  readonly flags: ConnectionFlags;
  /** This function; everything unless given. */
  readonly only: string | undefined;
}

export interface Begun {
  readonly functions: readonly string[];
  /** Other things of the file, such as `topic paid`. */
  readonly services: readonly string[];
  /** Variables that must be set before a deploy. */
  readonly variables: readonly string[];
  /** What the file does not describe, or describes otherwise. */
  readonly notes: readonly string[];
}

/** Writes a project of what exists, or of one function, and takes it over: later deploys change and delete them. */
export async function initExisting({ folder, flags, only }: Request, context: Context): Promise<Begun> {
  const { signal } = context;
  const connection = await connect(flags, context);
  const project = nameFrom(basename(folder));
  await refuseFilled(folder, basename(folder));
  const notes: string[] = [];
  const tell = (text: string) => void notes.push(text);
  const isFree = await freedom(project, connection, { signal, tell });
  const services = only === undefined ? await readServices(connection, { signal, tell, isFree }) : undefined;
  const entries: Record<string, FunctionEntry> = {};
  for (const name of await chosen(only, connection, signal)) {
    if (!isFree('function', name)) continue;
    const existing = await readExisting(name, connection, { signal, tell });
    if (existing !== undefined) entries[name] = withPackages(describeFunction(name, existing), services);
  }
  const file = {
    name: project,
    ...(Object.keys(entries).length === 0 ? {} : { functions: entries }),
    ...services?.entries,
  };
  if (Object.keys(file).length === 1) throw refused('the server has nothing to begin with');
  const text = projectText(file, connection.credentials.endpoint);
  readProject(text, FILE_NAME);
  for (const [name, { folder: own }] of Object.entries(entries)) {
    if (own !== undefined) await writeCode(join(folder, name), name, connection, signal);
  }
  for (const [name, files] of services?.packages ?? []) await writeFiles(join(folder, 'dependencies', name), files);
  await makeFolders(join(folder, services?.flowFiles.size ? 'flows' : '.'));
  for (const [path, flow] of services?.flowFiles ?? []) await writeFile(join(folder, path), flow, { flag: 'wx' });
  await writeFile(join(folder, FILE_NAME), text, { flag: 'wx' });
  const variables = Object.values(entries).flatMap(({ secrets = {} }) =>
    Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : [])),
  );
  // the values are not known: the first deploy sends those of the shell
  const env = { ...context.env, ...Object.fromEntries(variables.map((name) => [name, 'unknown'])) };
  notes.push(...(await takeOver(join(folder, FILE_NAME), flags, { ...context, env })));
  return { functions: Object.keys(entries), services: namesOf(services?.entries ?? {}), variables, notes };
}

const namesOf = (services: object): string[] =>
  Object.entries(services).flatMap(([kind, map]) => Object.keys(map).map((name) => `${SINGULAR[kind]} ${name}`));

const SINGULAR: Readonly<Record<string, string>> = {
  dependencies: 'dependency',
  buckets: 'bucket',
  topics: 'topic',
  flows: 'flow',
  alarms: 'alarm',
};

const refused = (message: string, hint?: string): CliError =>
  new CliError(message, { code: 'CLI.PROJECT', exitCode: EXIT.refused, hint });

/** Returns whether no project owns a resource; reports the owner to `tell` otherwise. */
async function freedom(
  project: string,
  { client, credentials }: Connection,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<(kind: string, name: string) => boolean> {
  const params = { project_id: credentials.projectId };
  const owners = new Map<string, string>();
  for (const { name, stage } of (await client.call('listDeployments', { params, signal })).data.deployments) {
    if (name === project)
      throw refused(`the server has a project ${project} already`, 'Give a folder of another name.');
    const { data } = await client.call('showDeployment', { params: { ...params, name, stage }, signal });
    for (const one of data.resources) owners.set(keyOf(one), name);
  }
  return (kind, name) => {
    const owner = owners.get(keyOf({ kind, name }));
    if (owner !== undefined) tell(`${kind} ${name} belongs to the project ${owner}, and is not in the file`);
    return owner === undefined;
  };
}

async function chosen(only: string | undefined, connection: Connection, signal: AbortSignal): Promise<string[]> {
  const names = await functionNames(connection, signal);
  if (only !== undefined && !names.includes(only)) throw refused(`there is no function ${only}`);
  return only === undefined ? names : [only];
}

/** Functions that use the newest version of a package name it without the version, so that they follow the package. */
function withPackages(entry: FunctionEntry, services: ExistingServices | undefined): FunctionEntry {
  if (entry.dependencies === undefined || services === undefined) return entry;
  return { ...entry, dependencies: entry.dependencies.map((text) => services.newest.get(text) ?? text) };
}

async function writeCode(folder: string, name: string, connection: Connection, signal: AbortSignal): Promise<void> {
  const { client } = connection;
  const { data } = await client.call('showFunctionCode', {
    params: connection.functionParams(name, 'default'),
    signal,
  });
  const bytes = await download(data.func_code.link, connection, signal);
  const isArchive = data.code_type !== 'jar' && bytes.toString('latin1', 0, 2) === 'PK';
  const single = { path: data.code_filename || `${name}.jar`, content: bytes, executable: false, isLink: false };
  await writeFiles(folder, isArchive ? unzip(bytes) : [single]);
}

/** Records what the file describes as made by it. Returns what is otherwise on the server. */
async function takeOver(path: string, flags: ConnectionFlags, context: Context): Promise<string[]> {
  const opened = await openProject({ ...flags, profile: flags.profile, file: path, stage: undefined }, context, path);
  const everything = { builds: NO_BUILD, isWhole: true, isChosen: () => true };
  const { desired, drivers } = await readDesired(opened, everything, context);
  const actual = await findActual(desired, drivers);
  const ids = new Map(actual.map((one) => [keyOf(one), one.id]));
  await opened.record.adopt(
    desired.flatMap((one) => {
      const id = ids.get(keyOf(one));
      return id === undefined ? [] : [{ kind: one.kind, name: one.name, id, notes: one.notes }];
    }),
  );
  const { steps } = planOf({ desired, actual, owned: opened.record.owned });
  return steps.map((step) => `the file differs from the server: ${planText([step])}`);
}
