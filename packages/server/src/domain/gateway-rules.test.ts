import { expect, it } from 'vitest';
import { checkGatewayRules } from './gateway-rules.ts';

it.each([
  [{}],
  [{ ip: { allow: ['10.0.0.0/8', '2001:db8::/32'], deny: ['10.0.0.1'] } }],
  [{ cors: { origins: ['*'], headers: ['*'] } }],
  [
    {
      cors: {
        origins: ['https://a.example', 'http://localhost:3000', 'https://*.a.example', 'http://[::1]:8000'],
        credentials: true,
      },
    },
  ],
])('accepts %j', (rules) => expect(() => checkGatewayRules(rules)).not.toThrow());

it.each([
  [{ ip: { deny: ['10.0.0.0/8', '10.0.0.0/40'] } }, 'ip.deny.1: "10.0.0.0/40" is neither an address nor a network'],
  [{ ip: { allow: ['::ffff:10.0.0.1'] } }, 'ip.allow.0: "::ffff:10.0.0.1" is neither'],
  [{ cors: { origins: ['https://a.example/'] } }, 'cors.origins.0: "https://a.example/" is not an origin'],
  [{ cors: { origins: ['null'] } }, 'cors.origins.0: "null" is not an origin'],
  [{ cors: { origins: ['https://A.example'] } }, 'cors.origins.0'],
  [{ cors: { origins: ['https://a.example:443'] } }, 'cors.origins.0'],
  [{ cors: { origins: ['https://a.*.example'] } }, 'cors.origins.0'],
  [{ cors: { origins: ['https://a.example\r\nx: y'] } }, 'cors.origins.0'],
  [{ cors: { origins: ['*'], credentials: true } }, 'cors.origins: cannot have * together with credentials'],
  [{ cors: { origins: ['https://a.example'], headers: ['*'], credentials: true } }, 'cors.headers: cannot have *'],
  [{ cors: { origins: ['https://a.example'], expose: ['*'], credentials: true } }, 'cors.expose: cannot have *'],
])('refuses %j', (rules, text) => expect(() => checkGatewayRules(rules)).toThrow(text));
