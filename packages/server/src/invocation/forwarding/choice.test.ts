import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outlook } from '../../instances/index.ts';
import { type Candidate, type ChoiceSnapshot, type Claim, choose, meets } from './choice.ts';

const OUTLOOKS: readonly Outlook[] = ['brief', 'start', 'soon', 'full', 'limit', 'part', 'taken', 'none'];

const node = (name: string, has: Partial<Candidate> = {}): Candidate => ({
  ...{ node: name, idle: 0, busy: 0, waiting: 0, roomMb: 0 },
  ...has,
});
const pick = (here: ChoiceSnapshot['here'], others: readonly Candidate[], random = () => 0, hasRequested = false) =>
  choose({ here, others, hasRequested, isFixed: false, memoryMb: 128 }, random);
const HERE = { kind: 'here' };

describe('a request without a free slot here', () => {
  it.each<[string, ChoiceSnapshot['here'], readonly Candidate[], object]>([
    ['stays for a lane of short requests', 'brief', [node('a', { idle: 9 })], HERE],
    [
      'goes to a free slot, although an instance could start here',
      'start',
      [node('a', { idle: 1 })],
      { claim: 'slot' },
    ],
    ['starts an instance here before one elsewhere', 'start', [node('a', { roomMb: 999 })], HERE],
    ['waits for an instance that starts here', 'soon', [node('a', { roomMb: 999 })], HERE],
    ['starts one elsewhere before it waits', 'full', [node('a', { roomMb: 128 })], { claim: 'start' }],
    ['waits here when no other node has room', 'full', [node('a', { roomMb: 127, busy: 1 })], HERE],
    ['waits where instances are, if there are none here', 'none', [node('a', { busy: 1 })], { claim: 'wait' }],
    ['starts none elsewhere when only the limit keeps it from one here', 'limit', [node('a', { roomMb: 999 })], HERE],
    ['waits here at the limit', 'limit', [node('a', { busy: 9, roomMb: 999 })], HERE],
    ['takes a free slot at the limit', 'limit', [node('a', { idle: 1 })], { claim: 'slot' }],
    [
      'asks whether the share of the limit grows, before it waits where instances are',
      'part',
      [node('a', { busy: 1, roomMb: 999 })],
      { kind: 'ask' },
    ],
    ['asks for it when there are no instances, too', 'part', [node('a', { roomMb: 999 })], { kind: 'ask' }],
    [
      'waits where instances are when the limit is used up, and none is here',
      'taken',
      [node('a', { busy: 1, roomMb: 999 })],
      { claim: 'wait' },
    ],
    [
      'is held when others have the limit, and none of them has an instance yet',
      'taken',
      [node('a', { waiting: 1, roomMb: 999 })],
      { kind: 'hold' },
    ],
    ['is held when others have the limit, and none of them has reported', 'taken', [], { kind: 'hold' }],
    ['stays, to be refused, when the function has no instance anywhere', 'none', [node('a')], HERE],
    ['stays when there is no other node', 'none', [], HERE],
  ])('%s', (_, here, others, expected) => {
    expect(pick(here, others)).toMatchObject(expected);
  });

  it('that has asked in vain goes where instances are, or is held', () => {
    const hasRequested = (others: readonly Candidate[]) => pick('part', others, () => 0, true);
    expect(hasRequested([node('a', { busy: 1, roomMb: 999 })])).toMatchObject({ node: 'a', claim: 'wait' });
    expect(hasRequested([node('a', { roomMb: 999 })])).toEqual({ kind: 'hold' });
  });

  it.each(['part', 'taken', 'limit'] as const)('starts one elsewhere when the share here cannot grow: %s', (here) => {
    const fixed = (others: readonly Candidate[]) =>
      choose({ here, others, hasRequested: false, isFixed: true, memoryMb: 128 }, () => 0);
    expect(fixed([node('a', { roomMb: 128, busy: 1 })])).toMatchObject({ node: 'a', claim: 'start' });
    expect(fixed([node('a', { idle: 1, roomMb: 128 })])).toMatchObject({ node: 'a', claim: 'slot' });
    expect(fixed([node('a', { roomMb: 127 })])).toEqual(here === 'limit' ? HERE : { kind: 'hold' });
  });

  it('goes to the better one of two that are picked at random, not always to the best', () => {
    const others = [node('a', { idle: 1 }), node('b', { idle: 2 }), node('c', { idle: 9 })];
    // the first and the next of the rest
    expect(pick('full', others)).toMatchObject({ node: 'b' });
    expect(pick('full', others, () => 0.99)).toMatchObject({ node: 'c' });
    const busy = [node('a', { busy: 1, waiting: 4 }), node('b', { busy: 4, waiting: 4 })];
    expect(pick('none', busy)).toMatchObject({ node: 'b' });
  });

  it('never goes to a node that did not report what it needs', () => {
    const counts = { idle: fc.nat(2), busy: fc.nat(2), waiting: fc.nat(2), roomMb: fc.nat(256) };
    const others = fc.uniqueArray(fc.record({ node: fc.string({ minLength: 1 }), ...counts }), {
      selector: (one) => one.node,
      maxLength: 5,
    });
    const outlooks = fc.constantFrom<Outlook[]>(...OUTLOOKS);
    const random = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
    fc.assert(
      fc.property(
        outlooks,
        others,
        fc.boolean(),
        fc.boolean(),
        random,
        (here, known, hasRequested, isFixed, numbers) => {
          const choice = choose(
            { here, others: known, hasRequested, isFixed, memoryMb: 128 },
            () => numbers.next().value,
          );
          const isBusy = known.some((one) => one.busy > 0);
          const isIdle = known.some((one) => one.idle > 0);
          if (choice.kind === 'here') {
            expect(here === 'brief' || !isIdle).toBe(true);
            return;
          }
          if (choice.kind === 'ask') {
            expect([here, isIdle, hasRequested, isFixed]).toEqual(['part', false, false, false]);
            return;
          }
          if (choice.kind === 'hold') {
            expect([isIdle, isBusy]).toEqual([false, false]);
            expect(here === 'taken' || (here === 'part' && (hasRequested || isFixed))).toBe(true);
            return;
          }
          const chosen = known.find((one) => one.node === choice.node);
          if (choice.claim === 'slot') expect(chosen?.idle).toBeGreaterThan(0);
          if (choice.claim === 'start') expect(chosen?.roomMb).toBeGreaterThanOrEqual(128);
          if (choice.claim === 'wait') expect(chosen?.busy).toBeGreaterThan(0);
          if (choice.claim !== 'slot') expect(isIdle).toBe(false);
          const elsewhere = isFixed ? ['full', 'none', 'part', 'taken', 'limit'] : ['full', 'none'];
          if (choice.claim === 'start') expect(elsewhere).toContain(here);
        },
      ),
    );
  });
});

describe('a node that is asked', () => {
  it.each<[Claim, readonly Outlook[]]>([
    ['slot', []],
    ['start', ['start', 'soon', 'part']],
    ['wait', ['brief', 'start', 'soon', 'full', 'limit', 'part']],
  ])('for a %s takes the call with the outlook %j', (claim, met) => {
    expect(OUTLOOKS.filter((outlook) => meets(claim, outlook))).toEqual(met);
  });
});
