import { resolve } from 'node:path';
import {
  type Context,
  confirm,
  defineCommand,
  EXIT,
  type FlagSpecs,
  type FlagValues,
  flag,
  type StreamItem,
  usageError,
  YES_FLAG,
} from '../../framework/index.ts';
import { EVERY_BUILD, NO_BUILD } from '../../project/functions/builds.ts';
import { countText, planText } from '../../project/plan/plan-text.ts';
import type { Step } from '../../project/plan/resource.ts';
import { apply } from '../../project/server/apply.ts';
import { DEPLOY_FLAGS, deployFolder } from '../functions/deploy.ts';
import { fileIn, openProject, PROJECT_FLAGS, titleOf } from './open-project.ts';
import { planProject } from './plan-project.ts';

const FLAGS = {
  ...PROJECT_FLAGS,
  'no-build': flag.boolean('take the code as it is, without the build commands'),
  adopt: flag.boolean('take over what exists under a name of the file; later deploys change and delete it'),
  ...YES_FLAG,
} as const satisfies FlagSpecs;

/** Of a folder without a project file: those of `functions deploy`. */
const FOLDER_FLAGS = Object.fromEntries(
  Object.entries(DEPLOY_FLAGS).filter(([name]) => !(name in FLAGS)),
) as unknown as Omit<typeof DEPLOY_FLAGS, keyof typeof FLAGS>;

type DeployFlags = FlagValues<typeof FLAGS>;

export function stepData(step: Step): Record<string, unknown> {
  const { kind, name } = step.action === 'delete' ? step.actual : step.desired;
  const changes = 'changes' in step ? step.changes : [];
  return { action: step.action, kind, name, changes };
}

async function* deployProject(
  flags: DeployFlags,
  { path, only }: { readonly path: string | undefined; readonly only: readonly string[] | undefined },
  context: Context,
): AsyncGenerator<StreamItem> {
  const opened = await openProject(flags, context, path);
  const title = titleOf(opened);
  const choice = {
    builds: flags['no-build'] ? NO_BUILD : EVERY_BUILD,
    adopts: flags.adopt,
    ...(only === undefined ? {} : { only }),
  };
  const { steps, drivers, vanished } = await planProject(opened, choice, context);
  if (steps.length === 0) {
    if (!flags['dry-run']) await opened.record.forget(vanished);
    yield { text: `${title}: nothing to do`, data: { project: opened.project.file.name, outcome: 'unchanged' } };
    return;
  }
  if (flags['dry-run']) {
    for (const step of steps) yield { text: planText([step]), data: stepData(step) };
    return;
  }
  if (context.format !== 'json') await context.stderr.write(`${planText(steps)}\n`);
  if (!flags.yes) {
    await confirm(
      { text: `${title}: ${countText(steps)}. Go on?`, doing: 'deploying', declined: 'not deployed' },
      context,
    );
  }
  await opened.record.forget(vanished);
  yield* apply(steps, drivers, opened.record);
  yield { text: `${title}: deployed`, data: { project: opened.project.file.name, outcome: 'deployed' } };
}

export const deployCommand = defineCommand({
  name: 'deploy',
  summary: 'Make the server as funcgraph.yaml says, or create or update one function from a folder',
  flags: { ...FLAGS, ...FOLDER_FLAGS },
  args: [
    {
      name: 'function',
      summary: 'only this function of the file; or a folder with a file of its own, or with the code of one function',
      optional: true,
    },
  ],
  examples: ['fgs deploy', 'fgs deploy --stage prod --yes', 'fgs deploy --dry-run', 'fgs deploy hello'],
  async run({ flags, args }, context) {
    const word = args.function;
    if (word === undefined || flags.file !== undefined) {
      refuseFolderFlags(flags);
      const only = word === undefined ? undefined : [word];
      return { kind: 'stream', items: deployProject(flags, { path: undefined, only }, context) };
    }
    const own = await fileIn(resolve(context.cwd, word));
    const here = own === undefined ? await fileIn(context.cwd) : undefined;
    if (own !== undefined || here !== undefined) {
      refuseFolderFlags(flags);
      const only = own === undefined ? [word] : undefined;
      return { kind: 'stream', items: deployProject(flags, { path: own, only }, context) };
    }
    for (const name of ['stage', 'no-build', 'adopt'] as const) {
      if (flags[name] !== undefined && flags[name] !== false) throw usageError(`--${name} needs a funcgraph.yaml`);
    }
    const { text, data } = await deployFolder(word, flags as unknown as FlagValues<typeof DEPLOY_FLAGS>, context);
    return { kind: 'message', text, data, exitCode: EXIT.ok };
  },
});

/** The file says what a function is like. */
function refuseFolderFlags(flags: Readonly<Record<string, unknown>>): void {
  for (const [name, { ...spec }] of Object.entries(FOLDER_FLAGS)) {
    const value = flags[name];
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    if (isGiven && !('fallback' in spec && spec.fallback === value)) {
      throw usageError(`--${name} is for a folder without funcgraph.yaml`, 'Write it into the file.');
    }
  }
}
