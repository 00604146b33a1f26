import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export const LANGUAGES = ['zh-CN', 'en-US'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['light', 'dark', 'system'] as const;
export type ThemeChoice = (typeof THEMES)[number];
export const TIME_ZONES = ['local', 'utc', 'relative'] as const;
export type TimeZoneChoice = (typeof TIME_ZONES)[number];

export interface Preferences {
  readonly language: Language;
  readonly theme: ThemeChoice;
  readonly times: TimeZoneChoice;
}

const usualLanguage = (): Language => (globalThis.navigator?.language.startsWith('zh') === false ? 'en-US' : 'zh-CN');

/** What a person chose for this browser. */
export const usePreferences = create<Preferences>()(
  persist((): Preferences => ({ language: usualLanguage(), theme: 'system', times: 'local' }), {
    name: 'funcgraph.preferences',
    version: 1,
  }),
);

export const prefer = (change: Partial<Preferences>): void => {
  usePreferences.setState(change);
};
