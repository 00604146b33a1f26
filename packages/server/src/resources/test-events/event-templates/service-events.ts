import type { EventTemplate } from './types.ts';

const base64Of = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** Events of storage and the services that watch others. */
export const SERVICE_EVENTS: readonly EventTemplate[] = [
  {
    name: 'lts-event-template',
    kind: 'LTS',
    description: 'Log lines of a stream, as Base64 of JSON that holds JSON text',
    content: {
      lts: {
        data: base64Of({
          logs: JSON.stringify([
            {
              message: 'disk is 91 % full',
              time: 1_767_227_400_000,
              host_name: 'web-1',
              ip: '192.0.2.10',
              path: '/var/log/web.log',
              log_uid: '663d6930-792d-11e8-8b08-286ed488ce70',
              line_no: 615,
            },
          ]),
          owner: '6280e170bd934f60a4d851cf5ca05129',
          log_group_id: '97a9d284-4448-11e8-8fa4-286ed488ce70',
          log_topic_id: '1a96249d-78e7-11e8-8b08-286ed488ce70',
        }),
      },
    },
  },
  {
    name: 'dds-event-template',
    kind: 'DDS',
    description: 'A document changed in a MongoDB collection; its parts are JSON text',
    content: {
      records: [
        {
          event_source: 'dds',
          event_name: 'insert',
          region: 'local-1',
          event_version: '1.0',
          dds: {
            size_bytes: '100',
            token: '{"_data":"825D8C2F4D0000001529295A10047A0BD7AE5D"}',
            full_document: '{"_id":{"$oid":"5f61de944778db5fcded3f87"},"name":"dds"}',
            ns: '{"db":"functiongraph","coll":"person"}',
          },
          event_source_id: '9d377b10-ce77-8c49-38b3-c7e2c63a229a',
        },
      ],
    },
  },
  {
    name: 'gaussmongo-event-template',
    kind: 'GAUSSMONGO',
    description: 'A document changed in a GeminiDB Mongo collection; its name is in quotes',
    content: {
      records: [
        {
          event_source: 'gauss_mongo',
          event_name: '"insert"',
          region: 'local-1',
          gauss_mongo: {
            full_document: '{"_id":{"$oid":"5f61de944778db5fcded3f87"},"name":"gauss"}',
            ns: '{"db":"functiongraph","coll":"person"}',
            size_bytes: '100',
            token: '{"_data":"825D8C2F4D0000001529295A10047A0BD7AE5D"}',
          },
          vernier: '4DAE5E5D',
          event_version: '1.0',
          event_source_id: '9d377b10-ce77-8c49-38b3-c7e2c63a229a',
        },
      ],
    },
  },
];
