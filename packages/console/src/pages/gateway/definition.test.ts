import { expect, test } from 'vitest';
import { addressOf, bodyOf, fieldsOf, splitBackend } from './definition.ts';

const FUNCTION = 'urn:fss:local-1:p:function:default:orders';
const API = {
  name: 'order',
  path: '/orders/{id}',
  method: 'GET',
  match: 'prefix',
  auth: 'APP',
  backend_urn: `${FUNCTION}:!#alias#`,
  timeout_ms: 900,
  async: true,
  rules: {
    throttle: { api: { calls: 5, period: 'second' as const }, app: { calls: 9, period: 'day' as const } },
    ip: { allow: ['10.0.0.0/8'], deny: [] },
    cors: { origins: ['https://a.example'], max_age: 60 },
    max_body_bytes: 100,
  },
};

test('a definition goes through the form unchanged, with the rules that the form does not show', () => {
  expect(bodyOf(fieldsOf(API), API)).toEqual(API);
});

test('a limit that does not fit the authentication is left out, and so are empty rules', () => {
  const rules = { ip: API.rules.ip, cors: API.rules.cors, max_body_bytes: 100 };
  const fields = { ...fieldsOf({ ...API, rules: { throttle: { app: API.rules.throttle.app } } }), auth: 'NONE' };
  expect(bodyOf(fields)).not.toHaveProperty('rules');
  expect(bodyOf({ ...fieldsOf({ ...API, rules }), allow: '', origins: '' }, { ...API, rules })).toMatchObject({
    rules: { max_body_bytes: 100 },
  });
});

test('a flow is called with IAM, and is not asynchronous', () => {
  const flow_urn = 'urn:fss:local-1:p:workflow:default:refund:latest';
  expect(bodyOf({ ...fieldsOf(API), backend: 'flow', flow_urn })).toMatchObject({
    backend_urn: flow_urn,
    auth: 'IAM',
    async: false,
  });
  expect(fieldsOf({ ...API, backend_urn: flow_urn })).toMatchObject({ backend: 'flow', flow_urn });
});

test('versions and aliases are taken from the end of a backend', () => {
  expect(splitBackend(API.backend_urn)).toEqual({ urn: FUNCTION, version: '!#alias#' });
  expect(splitBackend(FUNCTION)).toEqual({ urn: FUNCTION, version: 'latest' });
});

test('an address has the port of the gateway', () => {
  const group = { gateway_url: 'http://127.0.0.1:8081' };
  expect(addressOf(group, 'api.shop.example', '/a/{id}')).toBe('http://api.shop.example:8081/a/{id}');
});
