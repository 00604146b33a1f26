import i18next, { type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../preferences/index.ts';
import type { texts } from './en-US/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: typeof texts;
  }
}

/** A language comes with the words of antd's own parts. */
const LANGUAGES = {
  'zh-CN': () => import('./zh-CN/index.ts'),
  'en-US': () => import('./en-US/index.ts'),
} as const;

export async function initialiseTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: false,
    defaultNS: 'shell',
    // React escapes
    interpolation: { escapeValue: false },
  });
}

/** Loads a language and shows it. Returns antd's words. */
export async function showLanguage(language: Language) {
  const { texts, antd } = await LANGUAGES[language]();
  for (const [group, words] of Object.entries(texts)) i18next.addResourceBundle(language, group, words);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  return antd;
}

export const shownLanguage = (): Language => i18next.language as Language;

export type Texts = typeof texts;
export { useTranslation as useTexts } from 'react-i18next';
export type { TFunction };
