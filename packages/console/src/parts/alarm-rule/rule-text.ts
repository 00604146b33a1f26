import { useTexts } from '../../i18n/index.ts';
import type { Alarm } from './alarm.ts';
import { isTime } from './rule.ts';

type Condition = Pick<
  Alarm,
  'metric' | 'statistic' | 'comparison' | 'threshold' | 'period' | 'periods' | 'breaching_periods'
>;

/** The condition of a rule in words. */
export function useRuleText() {
  const { t } = useTexts('alarms');
  const named = (group: 'metrics' | 'statistics', name: string): string => t(`${group}.${name}` as never);
  return (rule: Condition): string => {
    const threshold = `${rule.threshold}${isTime(rule.metric) ? ' ms' : ''}`;
    const what = `${named('metrics', rule.metric)} ${named('statistics', rule.statistic)} ${rule.comparison} ${threshold}`;
    const when = t('times', { breaching: rule.breaching_periods, periods: rule.periods, minutes: rule.period });
    return `${what} · ${when}`;
  };
}
