import { expect, test } from 'vitest';
import { curlLine, httpText } from './call-text.ts';

const ORIGIN = 'http://localhost:8080';

test('a request is a line of curl with its token and its body, in quotes', () => {
  const params = { project_id: 'p1' };
  const body = { name: "Ann's orders" };
  expect(curlLine(ORIGIN, { method: 'POST', path: '/v2/{project_id}/topics', params, body })).toBe(
    `curl -X POST ${ORIGIN}/v2/p1/topics -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/json' ` +
      `-d '{"name":"Ann'\\''s orders"}'`,
  );
});

test('what a person chose as a name is no part of the address or of the shell', () => {
  const params = { bucket: '$(reboot)/../a b' };
  expect(curlLine(ORIGIN, { method: 'DELETE', path: '/v1/buckets/{bucket}', params })).toBe(
    `curl -X DELETE '${ORIGIN}/v1/buckets/%24(reboot)%2F..%2Fa%20b' -H "X-Auth-Token: $TOKEN"`,
  );
});

test('a request is a message of HTTP with its token and its body', () => {
  const params = { project_id: 'p1' };
  const body = { name: "Ann's orders" };
  expect(httpText(ORIGIN, { method: 'POST', path: '/v2/{project_id}/topics', params, body }).split('\n')).toEqual([
    `POST ${ORIGIN}/v2/p1/topics HTTP/1.1`,
    'X-Auth-Token: {{token}}',
    'Content-Type: application/json',
    '',
    '{',
    `  "name": "Ann's orders"`,
    '}',
  ]);
});

test('line ends in a name add no header to a message and no second message', () => {
  const name = 'a\r\nX-Admin: 1\n\nDELETE / HTTP/1.1';
  const call = { method: 'POST', path: '/v1/{bucket}', params: { bucket: name }, body: { name } };
  const lines = httpText(ORIGIN, call).split(/[\r\n]+/);
  expect(lines.filter((line) => /^(X-Admin|DELETE)/.test(line))).toEqual([]);
  expect(JSON.parse(lines.slice(3).join('\n'))).toEqual({ name });
});
