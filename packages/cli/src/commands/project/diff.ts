import { defineCommand, EXIT, flag } from '../../framework/index.ts';
import { EVERY_BUILD, NO_BUILD } from '../../project/functions/builds.ts';
import { countText, planText } from '../../project/plan/plan-text.ts';
import { stepData } from './deploy.ts';
import { openProject, PROJECT_FLAGS, titleOf } from './open-project.ts';
import { planProject } from './plan-project.ts';

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'What fgs deploy would change; exit code 7 if there is anything',
  flags: {
    ...PROJECT_FLAGS,
    'no-build': flag.boolean('take the code as it is, without the build commands'),
    adopt: flag.boolean('as if it took over what exists under a name of the file'),
  },
  args: [],
  examples: ['fgs diff', 'fgs diff --stage prod'],
  async run({ flags }, context) {
    const opened = await openProject(flags, context);
    const { steps } = await planProject(
      opened,
      { builds: flags['no-build'] ? NO_BUILD : EVERY_BUILD, adopts: flags.adopt },
      context,
    );
    const isSame = steps.length === 0;
    return {
      kind: 'message',
      text: isSame
        ? `${titleOf(opened)}: no difference`
        : `${planText(steps)}\n${titleOf(opened)}: ${countText(steps)}`,
      data: { project: opened.project.file.name, stage: opened.stage.name, steps: steps.map(stepData) },
      exitCode: isSame ? EXIT.ok : EXIT.different,
    };
  },
});
