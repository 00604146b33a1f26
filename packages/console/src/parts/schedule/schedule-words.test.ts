import { parseCronSchedule, parseRate } from '@funcgraph/api/schedule';
import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { schedule as english } from '../../i18n/en-US/schedule.ts';
import type { TFunction } from '../../i18n/index.ts';
import { schedule as chinese } from '../../i18n/zh-CN/schedule.ts';
import { scheduleWords } from './schedule-words.ts';

const i18n = createInstance({
  resources: { 'en-US': { schedule: english }, 'zh-CN': { schedule: chinese } },
  interpolation: { escapeValue: false },
  initAsync: false,
});
void i18n.init();

const words = (text: string, language: 'en-US' | 'zh-CN'): string => {
  const t = i18n.getFixedT(language, 'schedule') as unknown as TFunction<'schedule'>;
  const schedule = /^\d+[mhd]$/.test(text) ? parseRate(text) : parseCronSchedule(text);
  return scheduleWords(schedule, t, language);
};

describe('a schedule in words', () => {
  it.each([
    ['15m', 'Every 15 minutes', '每15分钟'],
    ['24h', 'Every 1 day', '每1天'],
    ['@every 90s', 'Every 1 minute 30 seconds', '每1分钟 30秒钟'],
    ['0 0 8 * * ?', 'At 08:00, every day', '每天 08:00'],
    ['0 0 8,20 * * ?', 'At 08:00, 20:00, every day', '每天 08:00、20:00'],
    ['5 30 9 ? * MON-FRI', 'At 09:30:05, on Monday to Friday', '每星期一至星期五 09:30:05'],
    ['0 30 9 ? * SAT,SUN', 'At 09:30, on Saturday and Sunday', '每星期六和星期日 09:30'],
    ['0 0/15 * * * ?', 'every 15 minutes, every day', '每天 每15分钟'],
    ['0 0/15 8-18 * * ?', 'every 15 minutes, in the hours 8 to 18, every day', '每天 每15分钟、8至18时内'],
    ['* * * * * ?', 'every second, every day', '每天 每秒'],
    ['0 5 * * * ?', 'at minute 5, every day', '每天 第5分'],
    ['0 0 0 1,15 * ?', 'At 00:00, on day 1 and 15 of the month', '每月1和15日 00:00'],
    ['0 0 0 1 JAN,JUL ?', 'At 00:00, on day 1 of the month in January and July', '一月和七月每月1日 00:00'],
    ['0 0 0 13 * FRI', 'At 00:00, on day 13 of the month and on Friday', '每月13日及每星期五 00:00'],
  ])('%s', (text, inEnglish, inChinese) => {
    expect([words(text, 'en-US'), words(text, 'zh-CN')]).toEqual([inEnglish, inChinese]);
  });
});
