import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export const LANGUAGES = ['zh-CN', 'en-US'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['light', 'dark', 'system'] as const;
export type ThemeChoice = (typeof THEMES)[number];
export const TIME_ZONES = ['local', 'utc', 'relative'] as const;
export type TimeZoneChoice = (typeof TIME_ZONES)[number];

/** In pixels. */
export const EDITOR_SIZES = [12, 13, 14, 16, 18] as const;

export interface Preferences {
  readonly language: Language;
  readonly theme: ThemeChoice;
  readonly times: TimeZoneChoice;
  /** Whether single keys are shortcuts. */
  readonly shortcuts: boolean;
  /** Of the text in editors. */
  readonly editorSize: (typeof EDITOR_SIZES)[number];
}

const usualLanguage = (): Language => (globalThis.navigator?.language.startsWith('zh') === false ? 'en-US' : 'zh-CN');

const NAME = 'funcgraph.preferences';

/** What a person chose for this browser. */
export const usePreferences = create<Preferences>()(
  persist(
    (): Preferences => ({
      language: usualLanguage(),
      theme: 'system',
      times: 'local',
      shortcuts: true,
      editorSize: 13,
    }),
    { name: NAME, version: 1 },
  ),
);

/** All tabs of the browser look the same. */
globalThis.addEventListener?.('storage', ({ key }) => {
  if (key === NAME) void usePreferences.persist.rehydrate();
});

export const prefer = (change: Partial<Preferences>): void => {
  usePreferences.setState(change);
};
