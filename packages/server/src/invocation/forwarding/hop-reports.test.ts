import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HopReports, MAX_CALL_HOPS, MAX_HOPS } from './hop-reports.ts';

it('of any number of calls each report is sent once, by messages that may fail or by calls', () => {
  const step = fc.constantFrom('call', 'call', 'call', 'message', 'heard', 'failed');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (steps, each) => {
      const hops = new HopReports();
      const sent: string[] = [];
      let made = 0;
      let underWay: readonly string[] = [];
      for (const one of steps) {
        if (one === 'call') {
          // others end meanwhile
          for (let n = 0; n < each; n += 1) {
            made += 1;
            hops.add('a', [`r${made}`, 1, 1]);
          }
          const carried = hops.withCall('a');
          expect(carried.length).toBeLessThanOrEqual(MAX_CALL_HOPS);
          sent.push(...carried.map(([id]) => id));
        } else if (one === 'message' && underWay.length === 0) {
          underWay = hops.next('a').map(([id]) => id);
          expect(underWay.length).toBeLessThanOrEqual(MAX_HOPS);
        } else if (one === 'heard') {
          hops.heard('a', underWay.length);
          sent.push(...underWay);
          underWay = [];
        } else if (one === 'failed') underWay = [];
      }
      for (let rest = hops.next('a'); rest.length > 0; rest = hops.next('a')) {
        sent.push(...rest.map(([id]) => id));
        hops.heard('a', rest.length);
      }
      expect(sent.toSorted()).toEqual(Array.from({ length: made }, (_, n) => `r${n + 1}`).toSorted());
    }),
  );
});

it('more than a message holds go with the next calls, so that none waits for long', () => {
  const hops = new HopReports();
  for (let n = 0; n < 10_000; n += 1) {
    hops.add('a', [`r${n}`, 1, 1]);
    hops.withCall('a');
  }
  expect(hops.next('a')).toHaveLength(MAX_HOPS);
  hops.heard('a', MAX_HOPS);
  expect(hops.next('a').length).toBe(0);
});
