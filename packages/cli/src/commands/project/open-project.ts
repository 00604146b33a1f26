import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CONNECTION_FLAGS, type Connection, connect } from '../../connection/index.ts';
import {
  CliError,
  type Context,
  EXIT,
  type FlagSpecs,
  type FlagValues,
  flag,
  systemCode,
} from '../../framework/index.ts';
import { inStage } from '../../project/file/in-stage.ts';
import { type Project, readProject } from '../../project/file/read-project.ts';
import { type StageChoice, stageOf } from '../../project/functions/function-spec.ts';
import { DeploymentRecord } from '../../project/server/deployment-record.ts';

export const FILE_NAME = 'funcgraph.yaml';
const MAX_BYTES = 1024 * 1024;

export const PROJECT_FLAGS = {
  file: flag.text('FILE', `project file; ${FILE_NAME} in this folder when absent`),
  stage: flag.text('NAME', 'a stage of the file'),
  ...CONNECTION_FLAGS,
} as const satisfies FlagSpecs;

export interface OpenProject {
  readonly project: Project;
  /** Folder of the file. */
  readonly root: string;
  readonly stage: StageChoice;
  readonly connection: Connection;
  readonly record: DeploymentRecord;
}

/** Undefined when there is no such file. */
async function readFile(path: string, shown: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    if ((await file.stat()).size > MAX_BYTES) throw projectError(`${shown} is over ${MAX_BYTES} bytes`);
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return undefined;
    throw projectError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
}

const projectError = (message: string, hint?: string): CliError =>
  new CliError(message, { code: 'CLI.PROJECT', exitCode: EXIT.usage, hint });

/** The path of the project file in a folder; undefined when it has none. */
export async function fileIn(folder: string): Promise<string | undefined> {
  const path = join(folder, FILE_NAME);
  return (await readFile(path, path)) === undefined ? undefined : path;
}

export const fileOf = (flags: { readonly file?: string | undefined }, { cwd }: Context): string =>
  resolve(cwd, flags.file ?? FILE_NAME);

/** The file, its stage, and what was made from it. Throws CliErrors with places in the file. */
export async function openProject(
  flags: Omit<FlagValues<typeof PROJECT_FLAGS>, 'dry-run'>,
  context: Context,
  path = fileOf(flags, context),
): Promise<OpenProject> {
  const shown = flags.file ?? basename(path);
  const text = await readFile(path, shown);
  if (text === undefined)
    throw projectError(`there is no ${shown} here`, 'Name it with --file, or write one: fgs init.');
  const whole = readProject(text, shown);
  const stage = stageOf(whole.file, flags.stage);
  if (stage === undefined) {
    const known = Object.keys(whole.file.stages ?? {}).join(', ');
    throw projectError(
      `${shown} has no stage ${flags.stage}`,
      known === '' ? 'Add it under stages.' : `It has ${known}.`,
    );
  }
  const project = inStage(whole, stage.name);
  const connection = await connect(flags, context);
  const params = { project_id: connection.credentials.projectId, name: project.file.name, stage: stage.name };
  const record = await DeploymentRecord.load({ client: connection.client, params, signal: context.signal });
  return { project, root: dirname(path), stage, connection, record };
}

/** `shop`, or `shop in stage prod`. */
export function titleOf({ project, stage }: OpenProject): string {
  return `${project.file.name}${stage.name === 'default' ? '' : ` in stage ${stage.name}`}`;
}
