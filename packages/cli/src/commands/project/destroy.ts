import {
  type Context,
  confirm,
  defineCommand,
  type FlagValues,
  type StreamItem,
  YES_FLAG,
} from '../../framework/index.ts';
import { countText, planText } from '../../project/plan/plan-text.ts';
import { apply } from '../../project/server/apply.ts';
import { stepData } from './deploy.ts';
import { openProject, PROJECT_FLAGS, titleOf } from './open-project.ts';
import { planDestruction } from './plan-project.ts';

const FLAGS = { ...PROJECT_FLAGS, ...YES_FLAG } as const;

async function* destroyProject(flags: FlagValues<typeof FLAGS>, context: Context): AsyncGenerator<StreamItem> {
  const opened = await openProject(flags, context);
  const title = titleOf(opened);
  const data = { project: opened.project.file.name, stage: opened.stage.name };
  if (!opened.record.exists) {
    yield { text: `${title}: nothing was deployed`, data: { ...data, outcome: 'unchanged' } };
    return;
  }
  const { steps, drivers } = await planDestruction(opened, context);
  if (context.isDry) {
    for (const step of steps) yield { text: planText([step]), data: stepData(step) };
    return;
  }
  if (context.format !== 'json' && steps.length > 0) await context.stderr.write(`${planText(steps)}\n`);
  if (!flags.yes && steps.length > 0) {
    const text = `${title}: ${countText(steps)}. Go on?`;
    await confirm({ text, doing: 'deleting', declined: 'not deleted' }, context);
  }
  yield* apply(steps, drivers, opened.record);
  await opened.record.remove();
  yield { text: `${title}: destroyed`, data: { ...data, outcome: 'destroyed' } };
}

export const destroyCommand = defineCommand({
  name: 'destroy',
  summary: 'Delete everything that fgs deploy made from funcgraph.yaml, and nothing else',
  flags: FLAGS,
  args: [],
  examples: ['fgs destroy', 'fgs destroy --stage test --yes'],
  run: async ({ flags }, context) => ({ kind: 'stream', items: destroyProject(flags, context) }),
});
