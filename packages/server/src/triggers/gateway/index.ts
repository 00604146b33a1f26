import { TRIGGER_KINDS } from '@funcgraph/api';
import type { ApiSettings } from '../../control/index.ts';
import type { FlowVariant, TriggerKind } from '../trigger-kind.ts';
import { checkApi, checkApiAmong, routeKey } from './api-rules.ts';
import { gatewayAnswer, gatewayData, invokeUrl, readGateway } from './event-data.ts';

const ofFlow = (code: ApiSettings['kind']): FlowVariant<ApiSettings> => ({
  rule: code === 'APIG' ? 'F-123' : 'F-124',
  answer: (trigger, { gateway }) => ({ invoke_url: invokeUrl(trigger, gateway) }),
});

const kind = (code: ApiSettings['kind']): TriggerKind<ApiSettings, ApiSettings['kind']> => ({
  code,
  fields: TRIGGER_KINDS[code].fields,
  errors: { invalid: 'invalid_apig_trigger', exists: 'apig_trigger_exists' },
  forHttp: true,
  check: checkApi,
  checkAmong: checkApiAmong,
  uniqueKey: routeKey,
  read: readGateway(code),
  data: gatewayData,
  answer: gatewayAnswer,
  ofFlow: ofFlow(code),
});

export const apig: TriggerKind<ApiSettings, ApiSettings['kind']> = {
  ...kind('APIG'),
  sample: {
    name: 'apig-event-template',
    description: 'A request came through the gateway; a real one has its body in Base64',
    content: {
      body: '{"message":"hello"}',
      requestContext: {
        apiId: 'bc1dcffd-aa35-474d-897c-d53425a4c08e',
        requestId: '11cdcdcf33949dc6d722640a13091c77',
        stage: 'RELEASE',
      },
      queryStringParameters: { responseType: 'html' },
      httpMethod: 'POST',
      pathParameters: {},
      headers: { 'content-type': 'application/json', host: 'example.com', 'x-real-ip': '203.0.113.7' },
      path: '/hello',
      isBase64Encoded: false,
    },
  },
};

export const dedicatedGateway = kind('DEDICATEDGATEWAY');
