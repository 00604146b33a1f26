import { useMemo } from 'react';
import { type Language, usePreferences } from '../preferences/index.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];
const STEP = 1024;

/** A size in bytes in the largest unit that leaves at least one: `1.5 GB`. */
export function bytesText(bytes: number, language: Language): string {
  const power = Math.min(bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(STEP)), UNITS.length - 1);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(bytes / STEP ** power);
  return `${number} ${UNITS[power]}`;
}

/** Figures in the language of the console. */
export function useNumbers() {
  const language = usePreferences((preferences) => preferences.language);
  return useMemo(() => {
    const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    const fine = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
    const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
    return {
      whole: (value: number) => whole.format(value),
      /** Three digits, for measured values. */
      fine: (value: number) => fine.format(value),
      /** For axes: 12K, 1.2万. */
      short: (value: number) => short.format(value),
      bytes: (value: number) => bytesText(value, language),
    };
  }, [language]);
}
