import fc from 'fast-check';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { GatewayRules, mergeGatewayRules } from './gateway-rules.ts';

const rules: fc.Arbitrary<GatewayRules> = fc.record(
  {
    throttle: fc.record({ period: fc.constantFrom('second', 'minute', 'hour', 'day') }),
    cors: fc.record({ origins: fc.constant(['*']) }),
    ip: fc.record({ allow: fc.constant(['10.0.0.0/8']) }, { requiredKeys: [] }),
    max_body_bytes: fc.nat(1000),
    timeout_ms: fc.integer({ min: 1, max: 60_000 }),
  },
  { requiredKeys: [] },
);

describe('rules of a gateway', () => {
  it.each([
    [{}, true],
    [{ throttle: { period: 'minute', api: 100, ip: 5 } }, true],
    [{ throttle: { period: 'week', api: 100 } }, false],
    [{ throttle: { period: 'second', api: 0 } }, false],
    [{ throttle: { api: 1 } }, false],
    [{ cors: { origins: ['https://a.example'], methods: ['GET'], max_age: 600, credentials: true } }, true],
    [{ cors: { origins: ['*'], headers: ['x\r\nset-cookie'] } }, false],
    [{ cors: { origins: ['*'], max_age: 86_401 } }, false],
    [{ ip: { allow: ['10.0.0.0/8'], denied: [] } }, false],
    [{ max_body_bytes: -1 }, false],
    [{ timeout_ms: 60_001 }, false],
    [{ retries: 3 }, false],
  ])('%j fits: %s', (value, fits) => expect(Check(GatewayRules, value)).toBe(fits));

  it('takes each section whole from the innermost layer that has it', () => {
    expect(
      mergeGatewayRules(
        { throttle: { period: 'day', api: 9 }, timeout_ms: 10, ip: { deny: ['::/0'] } },
        { timeout_ms: 20 },
        { throttle: { period: 'second', ip: 1 }, ip: {} },
      ),
    ).toEqual({ throttle: { period: 'second', ip: 1 }, timeout_ms: 20, ip: {} });
  });

  it('gives the same result in any grouping, and changes no layer', () => {
    fc.assert(
      fc.property(rules, rules, rules, (group, stage, api) => {
        const before = JSON.stringify([group, stage, api]);
        const merged = mergeGatewayRules(group, stage, api);
        expect(mergeGatewayRules(mergeGatewayRules(group, stage), api)).toEqual(merged);
        expect(mergeGatewayRules(group, mergeGatewayRules(stage, api))).toEqual(merged);
        expect(mergeGatewayRules(undefined, merged, {})).toEqual(merged);
        expect(JSON.stringify([group, stage, api])).toBe(before);
      }),
    );
  });
});
