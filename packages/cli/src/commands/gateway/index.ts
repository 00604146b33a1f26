import type { Noun } from '../../framework/index.ts';
import { apiCommands } from './apis.ts';
import { groupCommands } from './groups.ts';
import { logs } from './logs.ts';
import { stageCommands } from './stages.ts';
import { triggers } from './triggers.ts';

export const gateway: Noun = {
  name: 'gateway',
  summary: 'Groups of APIs with host names of their own, and stages in which they are published',
  commands: [...groupCommands, ...stageCommands, ...apiCommands, triggers, logs],
};
