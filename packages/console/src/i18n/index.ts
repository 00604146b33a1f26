import i18next, { type BackendModule, type TFunction } from 'i18next';
import { useMemo } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Language } from '../preferences/index.ts';
import type { texts } from './en-US/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: typeof texts;
  }
}

type Group = { readonly [key: string]: string | Group };

const FILES = import.meta.glob<Record<string, Group>>(['./*/*.ts', '!./*/{index,shell,parts}.ts', '!./first/*.ts']);

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

/** What every page shows. */
const FIRST = {
  'zh-CN': () => import('./first/chinese.ts'),
  'en-US': () => import('./first/english.ts'),
} as const;

async function loadFirst(language: Language) {
  const { shell, parts, antd } = await FIRST[language]();
  i18next.addResourceBundle(language, 'shell', shell);
  i18next.addResourceBundle(language, 'parts', parts);
  return antd;
}

const { promise: initialised, resolve: onInitialised } = Promise.withResolvers<void>();
const needed = new Set<string>();

/**
 * The build calls it in each module, with the groups of its `useTexts`.
 * @public
 */
export function needTexts(...groups: string[]): void {
  for (const group of groups) needed.add(group);
}

/** The texts of all modules that were loaded so far. */
export async function loadNeededTexts(): Promise<void> {
  await initialised;
  await i18next.loadNamespaces([...needed]);
}

/** Shows the first language. Returns antd's words. */
export async function initialiseTexts(language: Language) {
  await i18next
    .use(files)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      load: 'currentOnly',
      ns: [],
      defaultNS: 'shell',
      partialBundledLanguages: true,
      // React escapes
      interpolation: { escapeValue: false },
    });
  return showLanguage(language);
}

/** Shows a language, with all texts that were loaded in the last one. Returns antd's words. */
export async function showLanguage(language: Language) {
  const antd = await loadFirst(language);
  await i18next.changeLanguage(language);
  onInitialised();
  document.documentElement.lang = language;
  return antd;
}

export const shownLanguage = (): Language => i18next.language as Language;

export type Texts = typeof texts;

/** Like `useTranslation`, but for `t`: called later, as by an open notice, it speaks the language of that moment. */
export const useTexts = ((group: keyof Texts) => {
  const { t: shown, i18n } = useTranslation(group);
  const t = useMemo(() => speaking(group, shown), [group, shown]);
  return { t, i18n };
}) as unknown as typeof useTranslation;

/** One function for each language that is shown, so that what is drawn with it is drawn again. */
const speaking = (group: keyof Texts, _shown: unknown) => i18next.getFixedT(null, group);

export type { TFunction };
