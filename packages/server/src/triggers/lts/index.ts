import { ROUTES, TRIGGER_KINDS } from '@funcgraph/api';
import type { TriggerKind } from '../trigger-kind.ts';
import { checkLog, checkLts, type LtsSettings, readLts } from './lts-settings.ts';

/** New lines of the log of a function. `LogTriggers` reads them on each server. */
export const lts: TriggerKind<LtsSettings, 'LTS'> = {
  code: 'LTS',
  fields: TRIGGER_KINDS.LTS.fields,
  errors: { invalid: 'invalid_lts_trigger', exists: 'lts_trigger_exists' },
  forHttp: false,
  reveals: ROUTES.queryLogs.action,
  check: checkLts,
  checkAmong: checkLog,
  read: readLts,
  readsLog: true,
  data: ({ name, groupId, streamId }) => ({ name, log_group_id: groupId, log_topic_id: streamId }),
};
