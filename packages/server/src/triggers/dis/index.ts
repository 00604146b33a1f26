import { ROUTES, TRIGGER_KINDS } from '@funcgraph/api';
import type { TriggerKind } from '../trigger-kind.ts';
import { checkDis, checkStream, type DisSettings, disData, readDis } from './dis-settings.ts';
import { DisSource } from './dis-source.ts';

/** Records of a stream. */
export const dis: TriggerKind<DisSettings, 'DIS'> = {
  code: 'DIS',
  fields: TRIGGER_KINDS.DIS.fields,
  errors: { invalid: 'invalid_dis_trigger', exists: 'dis_trigger_exists' },
  forHttp: false,
  reveals: ROUTES.consumeRecords.action,
  check: checkDis,
  checkSource: checkStream,
  getsResults: ({ streamName }, place) => place.kind === 'records' && place.stream === streamName,
  read: readDis,
  data: disData,
  stream: ({ streams, streamRecords }) => new DisSource({ streams, records: streamRecords }),
  sample: {
    name: 'dis-event-template',
    description: 'Records of a stream; their data is Base64',
    content: {
      ShardID: 'shardId-0000000000',
      Message: {
        next_partition_cursor: 'eyJpdGVyR2VuVGltZSI6MTUwMTc2NTQ4NDE2MH0=',
        records: [{ partition_key: 'shardId_0000000000', data: 'aGVsbG8=', sequence_number: '0' }],
        millis_behind_latest: '',
      },
      Tag: 'latest',
      StreamName: 'my-stream',
    },
  },
};
