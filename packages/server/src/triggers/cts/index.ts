import { ROUTES, TRIGGER_KINDS } from '@funcgraph/api';
import { auditOf, auditSource } from '../../services/index.ts';
import type { TriggerKind } from '../trigger-kind.ts';
import { ctsEvent } from './cts-event.ts';
import { type CtsSettings, checkCts, readCts, selects } from './cts-settings.ts';

/** Audit events of the project. */
export const cts: TriggerKind<CtsSettings, 'CTS'> = {
  code: 'CTS',
  fields: TRIGGER_KINDS.CTS.fields,
  errors: { invalid: 'invalid_cts_trigger', exists: 'cts_trigger_exists' },
  forHttp: false,
  reveals: ROUTES.listAudit.action,
  check: checkCts,
  listensTo: ({ projectId }) => auditSource(projectId),
  read: readCts,
  data: ({ name, operations }) => ({ name, operations: [...operations] }),
  event({ settings }, fact) {
    const audited = auditOf(fact);
    return selects(settings, audited) ? ctsEvent(audited) : undefined;
  },
  sample: {
    name: 'cts-event-template',
    description: 'An operation was recorded in the audit log',
    content: {
      cts: {
        time: 1_529_996_047_000,
        user: {
          name: 'ann',
          id: '5b726c4fbfd84821ba866bafaaf56aax',
          domain: { id: 'b2b3853af40448fcb9e40dxj89505ba' },
        },
        request: {},
        response: {},
        code: 204,
        service_type: 'FunctionGraph',
        resource_type: 'function',
        resource_name: 'default/my-function',
        resource_id: 'function:default/my-function',
        trace_name: 'deleteFunction',
        trace_type: 'ApiCall',
        record_time: 1_529_996_047_000,
        trace_id: '69be64a7-0233-11e8-82e4-e5d37911193e',
        trace_status: 'normal',
      },
    },
  },
};
