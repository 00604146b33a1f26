import { expect, it } from 'vitest';
import { duePeriods, endsToJudge } from './due-periods.ts';

const at = (text: string): number => Date.parse(`2026-01-01T${text}:00Z`);
const texts = (ends: number[]): string[] => ends.map((end) => new Date(end).toISOString().slice(11, 16));

it('knows which lengths of periods have ended', () => {
  expect(duePeriods(at('10:00'), at('10:01'))).toEqual([1]);
  expect(duePeriods(at('10:04'), at('10:05'))).toEqual([1, 5]);
  expect(duePeriods(at('10:29'), at('10:31'))).toEqual([1, 5, 15, 30]);
  expect(duePeriods(at('10:59'), at('11:00'))).toEqual([1, 5, 15, 30, 60]);
});

it('judges each period once, from where the rule or the last judgement ended', () => {
  const rule = { period: 5, judgedTo: at('10:00') };
  expect(texts(endsToJudge(rule, at('10:07'), at('10:08')))).toEqual([]);
  expect(texts(endsToJudge(rule, at('10:09'), at('10:10')))).toEqual(['10:10']);
  expect(texts(endsToJudge(rule, at('09:00'), at('10:11')))).toEqual(['10:05', '10:10']);
  expect(texts(endsToJudge({ ...rule, judgedTo: at('10:10') }, at('09:00'), at('10:11')))).toEqual([]);
});

it('judges only the last ten periods after a long stop', () => {
  const ends = endsToJudge({ period: 1, judgedTo: at('01:00') }, at('01:00'), at('12:00'));
  expect([ends.length, texts(ends).at(0), texts(ends).at(-1)]).toEqual([10, '11:51', '12:00']);
});
