import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unzip, writeFiles } from '../../code/index.ts';
import { type Connection, type ConnectionFlags, connect } from '../../connection/index.ts';
import { CliError, type Context, EXIT } from '../../framework/index.ts';
import { describeFunction } from '../../project/existing/describe-function.ts';
import { nameFrom, projectText } from '../../project/file/new-project.ts';
import { readProject } from '../../project/file/read-project.ts';
import type { FunctionEntry } from '../../project/file/schema.ts';
import { planOf } from '../../project/plan/plan.ts';
import { planText } from '../../project/plan/plan-text.ts';
import { keyOf } from '../../project/plan/resource.ts';
import { refuseFilled } from '../template-files.ts';
import { functionNames, readExisting } from './existing-functions.ts';
import { FILE_NAME, openProject } from './open-project.ts';
import { findActual } from './plan-project.ts';
import { readDesired } from './read-desired.ts';

interface Request {
  readonly folder: string;
  readonly flags: ConnectionFlags;
  /** All of the project unless given. */
  readonly only: string | undefined;
}

export interface Begun {
  readonly functions: readonly string[];
  /** Variables that must be set before a deploy. */
  readonly variables: readonly string[];
  /** What the file does not describe, or describes otherwise. */
  readonly notes: readonly string[];
}

/** Writes a project of functions that exist, and takes them over: later deploys change and delete them. */
export async function initExisting({ folder, flags, only }: Request, context: Context): Promise<Begun> {
  const { signal } = context;
  const connection = await connect(flags, context);
  const project = nameFrom(basename(folder));
  await refuseFilled(folder, basename(folder));
  const notes: string[] = [];
  const tell = (text: string) => void notes.push(text);
  const entries: Record<string, FunctionEntry> = {};
  for (const name of await chosen(only, project, connection, { signal, tell })) {
    const existing = await readExisting(name, connection, { signal, tell });
    if (existing !== undefined) entries[name] = describeFunction(name, existing);
  }
  if (Object.keys(entries).length === 0) throw refused('there is no function to begin with');
  const text = projectText({ name: project, functions: entries }, connection.credentials.endpoint);
  readProject(text, FILE_NAME);
  for (const [name, { folder: own }] of Object.entries(entries)) {
    if (own !== undefined) await writeCode(join(folder, name), name, connection, signal);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, FILE_NAME), text, { flag: 'wx' });
  const variables = Object.values(entries).flatMap(({ secrets = {} }) =>
    Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : [])),
  );
  // the values are not known: the first deploy sends those of the shell
  const env = { ...context.env, ...Object.fromEntries(variables.map((name) => [name, 'unknown'])) };
  notes.push(...(await takeOver(join(folder, FILE_NAME), flags, { ...context, env })));
  return { functions: Object.keys(entries), variables, notes };
}

const refused = (message: string, hint?: string): CliError =>
  new CliError(message, { code: 'CLI.PROJECT', exitCode: EXIT.refused, hint });

async function chosen(
  only: string | undefined,
  project: string,
  { client, credentials, ...connection }: Connection,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (text: string) => void },
): Promise<string[]> {
  const params = { project_id: credentials.projectId };
  const owners = new Map<string, string>();
  for (const { name, stage } of (await client.call('listDeployments', { params, signal })).data.deployments) {
    if (name === project)
      throw refused(`the server has a project ${project} already`, 'Give a folder of another name.');
    const { data } = await client.call('showDeployment', { params: { ...params, name, stage }, signal });
    for (const one of data.resources) if (one.kind === 'function') owners.set(one.name, name);
  }
  const names = await functionNames({ client, credentials, ...connection }, signal);
  if (only !== undefined && !names.includes(only)) throw refused(`there is no function ${only}`);
  return (only === undefined ? names : [only]).filter((name) => {
    const owner = owners.get(name);
    if (owner !== undefined) tell(`${name} belongs to the project ${owner}, and is not in the file`);
    return owner === undefined;
  });
}

async function writeCode(folder: string, name: string, connection: Connection, signal: AbortSignal): Promise<void> {
  const { client } = connection;
  const { data } = await client.call('showFunctionCode', {
    params: connection.functionParams(name, 'default'),
    signal,
  });
  const ticket = data.func_code.link.slice(data.func_code.link.lastIndexOf('/') + 1);
  const chunks: Uint8Array[] = [];
  for await (const piece of (await client.pieces('downloadFunctionCode', { params: { ticket }, signal })).pieces) {
    chunks.push(piece);
  }
  const bytes = Buffer.concat(chunks);
  const isArchive = data.code_type !== 'jar' && bytes.toString('latin1', 0, 2) === 'PK';
  const single = { path: data.code_filename || `${name}.jar`, content: bytes, executable: false, isLink: false };
  await writeFiles(folder, isArchive ? unzip(bytes) : [single]);
}

/** Records what the file describes as made by it. Returns what is otherwise on the server. */
async function takeOver(path: string, flags: ConnectionFlags, context: Context): Promise<string[]> {
  const opened = await openProject({ ...flags, profile: flags.profile, file: path, stage: undefined }, context, path);
  const everything = { builds: false, isWhole: true, isChosen: () => true };
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
