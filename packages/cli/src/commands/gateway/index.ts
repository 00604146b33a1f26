import type { Noun } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { apiCommands } from './apis.ts';
import { groupCommands } from './groups.ts';
import { logs } from './logs.ts';
import { stageCommands } from './stages.ts';

const triggers = operation('gateway triggers', 'listGatewayTriggerApis', {
  summary: 'APIs of gateway triggers, which are made and changed at their functions and flows',
  fields: { limit: '500' },
  next: ({ page_info: { next_marker: marker } }) => (marker === 0 ? undefined : { marker: String(marker) }),
  examples: ['fgs gateway triggers'],
  rows: ({ apis }) => apis,
  columns: { name: 'API', method: 'METHOD', invoke_url: 'URL', stage: 'STAGE', auth: 'AUTH', backend_urn: 'BACKEND' },
  none: 'no gateway triggers; make one with: fgs triggers create FUNCTION --type APIG',
});

export const gateway: Noun = {
  name: 'gateway',
  summary: 'Groups of APIs with host names of their own, and stages in which they are published',
  commands: [...groupCommands, ...stageCommands, ...apiCommands, triggers, logs],
};
