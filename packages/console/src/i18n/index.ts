import i18next, { type BackendModule, type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../preferences/index.ts';
import type { texts } from './en-US/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: typeof texts;
  }
}

type Group = { readonly [key: string]: string | Group };

const FILES = import.meta.glob<Record<string, Group>>(['./*/*.ts', '!./*/index.ts']);

/** Loads the texts of a group when a component first needs them, and again with growing pauses when that fails. */
const files: BackendModule = {
  type: 'backend',
  init() {},
  read(language, group, done) {
    const load = FILES[`./${language}/${toFileName(group)}.ts`];
    if (load === undefined) return done(new Error(`no texts ${group} in ${language}`), false);
    load().then(
      (file) => done(null, file[group]),
      (error) => done(error, true),
    );
  },
};

const toFileName = (group: string) => group.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const ANTD_WORDS = {
  'zh-CN': () => import('antd/es/locale/zh_CN'),
  'en-US': () => import('antd/es/locale/en_US'),
} as const;

/** Loads what every page shows in this language. */
export async function initialiseTexts(language: Language): Promise<void> {
  await i18next
    .use(files)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      load: 'currentOnly',
      ns: ['shell', 'parts'],
      defaultNS: 'shell',
      // React escapes
      interpolation: { escapeValue: false },
    });
}

/** Shows a language, with all texts that were loaded in the last one. Returns antd's words. */
export async function showLanguage(language: Language) {
  const [antd] = await Promise.all([ANTD_WORDS[language](), i18next.changeLanguage(language)]);
  document.documentElement.lang = language;
  return antd.default;
}

export const shownLanguage = (): Language => i18next.language as Language;

export type Texts = typeof texts;
export { useTranslation as useTexts } from 'react-i18next';
export type { TFunction };
