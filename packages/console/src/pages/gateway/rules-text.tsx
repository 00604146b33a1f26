import { useTexts } from '../../i18n/index.ts';
import { type Api, WHOSE } from './definition.ts';

/** The rules of an API in words. */
export function RulesText({ rules }: { rules: Api['rules'] }) {
  const { t } = useTexts('gateway');
  const { throttle = {}, ip = {}, cors } = rules ?? {};
  const limits = WHOSE.flatMap((whose) => {
    const { calls, period } = throttle[whose] ?? {};
    return calls === undefined || period === undefined
      ? []
      : [`${t(`limits.${whose}`)}: ${calls} ${t(`limits.per.${period}`)}`];
  });
  const named = (label: string, list: readonly string[] = []) =>
    list.length === 0 ? [] : [`${label}: ${list.join(', ')}`];
  const texts = [
    ...limits,
    ...named(t('form.allow'), ip.allow),
    ...named(t('form.deny'), ip.deny),
    ...named(t('form.origins'), cors?.origins),
  ];
  return texts.length === 0 ? '–' : texts.map((text) => <div key={text}>{text}</div>);
}
