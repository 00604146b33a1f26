import { expect, test } from 'vitest';
import { momentText } from './moment-text.ts';

const AT = Date.parse('2026-03-04T05:06:07Z');

test('a moment in UTC says so, in the order of the language', () => {
  expect(momentText(AT, AT, { language: 'zh-CN', times: 'utc' }).text).toBe('2026/03/04 05:06:07 UTC');
  expect(momentText(AT, AT, { language: 'en-US', times: 'utc' }).text).toBe('03/04/2026, 05:06:07 UTC');
});

test.each([
  [0, 'now', '现在'],
  [59_000, '59 seconds ago', '59秒钟前'],
  [61_000, '1 minute ago', '1分钟前'],
  [26 * 3_600_000, 'yesterday', '昨天'],
  [40 * 86_400_000, 'last month', '上个月'],
])('%i ms before now, relative', (passed, english, chinese) => {
  expect(momentText(AT, AT + passed, { language: 'en-US', times: 'relative' }).text).toBe(english);
  expect(momentText(AT, AT + passed, { language: 'zh-CN', times: 'relative' }).text).toBe(chinese);
});

test('a relative moment has the date as its hint', () => {
  const { hint } = momentText(AT, AT, { language: 'zh-CN', times: 'relative' });
  expect(hint).toContain('2026/03/04 05:06:07 UTC');
});
