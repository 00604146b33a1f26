import { expect, test } from 'vitest';
import { curlLine } from './curl-line.ts';

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
