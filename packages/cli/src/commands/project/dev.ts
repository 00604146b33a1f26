import { type FSWatcher, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { ApiError } from '@funcgraph/api';
import { folderDigest, KeptBuilds, typeScriptOf } from '../../code/index.ts';
import {
  CliError,
  type Context,
  confirm,
  defineCommand,
  type FlagValues,
  flag,
  type StreamItem,
  YES_FLAG,
} from '../../framework/index.ts';
import { affectedBy } from '../../project/dev/affected.ts';
import { type Batch, Redeployer } from '../../project/dev/redeployer.ts';
import { functionSpecs } from '../../project/functions/function-spec.ts';
import { sourceOf } from '../../project/functions/prepare.ts';
import { countText, planText } from '../../project/plan/plan-text.ts';
import { apply } from '../../project/server/apply.ts';
import { followLines } from '../follow-lines.ts';
import { attachDebuggers } from './debuggers.ts';
import { FILE_NAME, type OpenProject, openProject, PROJECT_FLAGS, titleOf } from './open-project.ts';
import { planProject } from './plan-project.ts';

const FLAGS = {
  ...PROJECT_FLAGS,
  'no-logs': flag.boolean('do not show log lines of the functions'),
  inspect: flag.boolean('run each function in one instance with an open debugger, reachable from this machine only'),
  'inspect-port': flag.integer('PORT', 'first port for --inspect; usually 9229 for Node.js and 5678 for Python'),
  ...YES_FLAG,
} as const;

type DevFlags = FlagValues<typeof FLAGS>;
type Say = (item: StreamItem) => void;

/** The functions as they are watched, by their names in the file. */
function watchedOf({ project, root, stage }: OpenProject) {
  const keys = Object.keys(project.file.functions ?? {});
  return functionSpecs(project, stage).flatMap((spec, index) => {
    const source = sourceOf(spec, root);
    if (source === undefined) return [];
    const hasCommand = spec.build !== undefined;
    const isMade = hasCommand || typeScriptOf(source) !== undefined;
    return { name: keys[index] ?? '', folder: source.folder, hasCommand, isMade };
  });
}

/** A function with a build command is left out when all that changed in its folder is what its last build wrote. */
async function namesOf({ inside, sources }: NonNullable<Batch>, opened: OpenProject): Promise<string[]> {
  const names = new Set(sources);
  for (const { name, folder, hasCommand } of watchedOf(opened).filter((one) => inside.includes(one.name))) {
    const deployed = opened.record.notesOf({ kind: 'function', name: `${name}${opened.stage.suffix}` }).code;
    if (!hasCommand || (await folderDigest(folder)) !== deployed) names.add(name);
  }
  return [...names];
}

/** Deploys what changed. What would delete something is left to `fgs deploy`; an error is shown, and the next save is another try. */
async function redeploy(
  { flags, kept, say }: { readonly flags: DevFlags; readonly kept: KeptBuilds; readonly say: Say },
  batch: Batch,
  context: Context,
): Promise<void> {
  const start = performance.now();
  try {
    const opened = await openProject(flags, context);
    const only = batch === undefined ? {} : { only: await namesOf(batch, opened) };
    if (only.only?.length === 0) return;
    const { steps, drivers } = await planProject(opened, { builds: true, kept, adopts: false, ...only }, context);
    const safe = steps.filter(({ action }) => action === 'create' || action === 'update');
    for await (const item of apply(safe, drivers, opened.record)) say(item);
    const left = steps.length - safe.length;
    if (left > 0)
      say({ text: `${countText(steps.filter((step) => !safe.includes(step)))}: run fgs deploy`, data: { left } });
    const ms = Math.round(performance.now() - start);
    if (safe.length > 0) say({ text: `deployed in ${ms} ms`, data: { outcome: 'deployed', ms } });
  } catch (error) {
    if (context.signal.aborted) return;
    if (!(error instanceof CliError) && !(error instanceof ApiError)) throw error;
    say({
      text: `error ${error.code}: ${error.message}`,
      data: { error: { code: error.code, message: error.message } },
    });
  }
}

async function followLogs(opened: OpenProject, name: string, say: Say, context: Context): Promise<void> {
  const { client, functionParams } = opened.connection;
  const { signal } = context;
  const params = functionParams(name, 'default');
  for await (const line of followLines(() => client.stream('followLogs', { params, query: {}, signal }), context)) {
    say({ text: `${name} | ${line.level} ${line.message.replace(/\n$/, '')}`, data: { function: name, ...line } });
  }
}

async function* dev(flags: DevFlags, context: Context): AsyncGenerator<StreamItem> {
  const opened = await openProject(flags, context);
  const kept = new KeptBuilds();
  const { steps, drivers } = await planProject(opened, { builds: true, kept, adopts: false }, context);
  if (steps.length > 0 && context.format !== 'json') await context.stderr.write(`${planText(steps)}\n`);
  if (steps.length > 0 && !flags.yes) {
    const text = `${titleOf(opened)}: ${countText(steps)}. Go on?`;
    await confirm({ text, doing: 'deploying', declined: 'not deployed' }, context);
  }
  yield* apply(steps, drivers, opened.record);

  const output = new PassThrough({ objectMode: true });
  const say: Say = (item) => void output.write(item);
  const fail = (error: unknown): void => void output.destroy(context.signal.aborted ? undefined : (error as Error));
  const redeployer = new Redeployer({
    deploy: (batch) => redeploy({ flags, kept, say }, batch, context).catch(fail),
    setTimer: (run, ms) => void setTimeout(run, ms),
  });
  const watchers = watchAll(opened, flags, redeployer, context);
  for (const watcher of watchers) watcher.on('error', fail);
  if (!flags['no-logs']) {
    for (const { name } of functionSpecs(opened.project, opened.stage)) {
      followLogs(opened, name, say, context).catch(fail);
    }
  }
  if (flags.inspect || flags['inspect-port'] !== undefined) {
    attachDebuggers(opened, flags['inspect-port'], say, context).catch(fail);
  }
  context.signal.addEventListener('abort', () => output.end());
  say({ text: `${titleOf(opened)}: watching; stop with Ctrl-C`, data: { outcome: 'watching' } });
  try {
    yield* output as AsyncIterable<StreamItem>;
  } finally {
    for (const watcher of watchers) watcher.close();
    await kept.close();
  }
}

/** Of the folder of the project, and of folders of functions outside of it. */
function watchAll(opened: OpenProject, flags: DevFlags, redeployer: Redeployer, { cwd }: Context): FSWatcher[] {
  const { root } = opened;
  const watched = watchedOf(opened);
  const file = resolve(cwd, flags.file ?? FILE_NAME);
  const outside = watched.map(({ folder }) => folder).filter((folder) => !folder.startsWith(`${root}/`));
  return [root, ...new Set(outside)].map((folder) =>
    watch(folder, { recursive: true }, (_event, name) => {
      if (name !== null) redeployer.note(affectedBy(name, join(folder, name), file, watched));
    }),
  );
}

export const devCommand = defineCommand({
  name: 'dev',
  summary: 'Deploy funcgraph.yaml, deploy again what you save, and show the logs of its functions',
  flags: FLAGS,
  args: [],
  examples: ['fgs dev', 'fgs dev --stage ann --yes', 'fgs dev --inspect'],
  run: async ({ flags }, context) => ({ kind: 'stream', items: dev(flags, context) }),
});
