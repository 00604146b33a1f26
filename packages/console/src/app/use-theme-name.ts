import { usePreferences } from '../preferences/index.ts';
import type { ThemeName } from './theme.ts';
import { useMedia } from './use-media.ts';

/** The theme that a person chose, or that of the system. */
export function useThemeName(): ThemeName {
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const choice = usePreferences(({ theme }) => theme);
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice;
}
