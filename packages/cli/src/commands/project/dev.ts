import { PassThrough } from 'node:stream';
import { ApiError } from '@funcgraph/api';
import { FolderChanged, KeptBuilds } from '../../code/index.ts';
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
import type { Watched } from '../../project/dev/affected.ts';
import { type Batch, joined, NOTHING, Redeployer } from '../../project/dev/redeployer.ts';
import { DueBuilds } from '../../project/functions/builds.ts';
import { functionSpecs } from '../../project/functions/function-spec.ts';
import { countText, planText } from '../../project/plan/plan-text.ts';
import { apply } from '../../project/server/apply.ts';
import { followLines } from '../follow-lines.ts';
import { attachDebuggers } from './debuggers.ts';
import { fileOf, type OpenProject, openProject, PROJECT_FLAGS, titleOf } from './open-project.ts';
import { planProject } from './plan-project.ts';
import { ProjectWatch } from './project-watch.ts';
import { changedOwners, watchedOf } from './watched.ts';

const FLAGS = {
  ...PROJECT_FLAGS,
  'no-logs': flag.boolean('do not show log lines of the functions'),
  inspect: flag.boolean('run each function in one instance with an open debugger, reachable from this machine only'),
  'inspect-port': flag.integer('PORT', 'first port for --inspect; usually 9229 for Node.js and 5678 for Python'),
  ...YES_FLAG,
} as const;

/** Deploys of a folder in which files come and go. */
const MOST_TRIES = 5;

type DevFlags = FlagValues<typeof FLAGS>;
type Say = (item: StreamItem) => void;

/** What stays from one deploy to the next. */
interface Session {
  readonly flags: DevFlags;
  readonly say: Say;
  readonly kept: KeptBuilds;
  readonly builds: DueBuilds;
  watched: readonly Watched[];
  /** Not deployed, because of an error. */
  left: Batch;
}

/** Deploys what changed, and what an error left; while that cannot be deployed, what changed alone. The next save is another try. */
async function redeploy(session: Session, changes: Batch, context: Context): Promise<void> {
  const { left } = session;
  const all = joined(left, changes);
  session.left = (await tryDeploy(session, all, context)) ? NOTHING : all;
  if (session.left !== NOTHING && left !== NOTHING && (await tryDeploy(session, changes, context))) session.left = left;
}

/** False after an error, which is shown. */
async function tryDeploy(session: Session, batch: Batch, context: Context): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await deployBatch(session, batch, context);
      return true;
    } catch (error) {
      if (context.signal.aborted) return true;
      // nothing tells of a file that came and went between two looks
      if (error instanceof FolderChanged && tries < MOST_TRIES) continue;
      if (!(error instanceof CliError) && !(error instanceof ApiError)) throw error;
      session.say({
        text: `error ${error.code}: ${error.message}`,
        data: { error: { code: error.code, message: error.message } },
      });
      return false;
    }
  }
}

/** What would delete something is left to `fgs deploy`. */
async function deployBatch(session: Session, batch: Batch, context: Context): Promise<void> {
  const start = performance.now();
  const { flags, say, kept, builds } = session;
  const opened = await openProject(flags, context);
  session.watched = watchedOf(opened, kept);
  const { owners, functions } = changedOwners(batch, opened);
  builds.changed(owners);
  if (functions.length === 0 && !batch.isWhole) return;
  const only = batch.isWhole ? {} : { only: functions };
  const { steps, drivers } = await planProject(opened, { builds, kept, adopts: false, ...only }, context);
  const safe = steps.filter(({ action }) => action === 'create' || action === 'update');
  for await (const item of apply(safe, drivers, opened.record)) say(item);
  const left = steps.length - safe.length;
  if (left > 0)
    say({ text: `${countText(steps.filter((step) => !safe.includes(step)))}: run fgs deploy`, data: { left } });
  const ms = Math.round(performance.now() - start);
  if (safe.length > 0) say({ text: `deployed in ${ms} ms`, data: { outcome: 'deployed', ms } });
  session.watched = watchedOf(opened, kept);
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
  const output = new PassThrough({ objectMode: true });
  const say: Say = (item) => void output.write(item);
  const fail = (error: unknown): void => void output.destroy(context.signal.aborted ? undefined : (error as Error));
  const kept = new KeptBuilds();
  const builds = new DueBuilds({
    begins(owner) {
      redeployer.begins(owner);
      watch.buildBegins();
    },
    ends: () => watch.buildEnds(),
  });
  const session: Session = { flags, say, kept, builds, watched: watchedOf(opened, kept), left: NOTHING };
  const redeployer = new Redeployer({
    deploy: (batch) => redeploy(session, batch, context).catch(fail),
    setTimer: (run, ms) => void setTimeout(run, ms),
  });
  const watch = new ProjectWatch({
    root: opened.root,
    file: fileOf(flags, context),
    watched: () => session.watched,
    onSave: (affected) => redeployer.note(affected),
    say: (text, data) => say({ text, data }),
    fail,
  });
  try {
    const { steps, drivers } = await planProject(opened, { builds, kept, adopts: false }, context);
    if (steps.length > 0 && context.format !== 'json') await context.stderr.write(`${planText(steps)}\n`);
    if (steps.length > 0 && !flags.yes) {
      const text = `${titleOf(opened)}: ${countText(steps)}. Go on?`;
      await confirm({ text, doing: 'deploying', declined: 'not deployed' }, context);
    }
    yield* apply(steps, drivers, opened.record);
    session.watched = watchedOf(opened, kept);
    watch.ready();
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
    yield* output as AsyncIterable<StreamItem>;
  } finally {
    watch.close();
    await kept.close();
  }
}

export const devCommand = defineCommand({
  name: 'dev',
  summary: 'Deploy funcgraph.yaml, deploy again what you save, and show the logs of its functions',
  flags: FLAGS,
  args: [],
  examples: ['fgs dev', 'fgs dev --stage ann --yes', 'fgs dev --inspect'],
  run: async ({ flags }, context) => ({ kind: 'stream', items: dev(flags, context) }),
});
