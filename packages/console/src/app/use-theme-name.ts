import { useSyncExternalStore } from 'react';
import { usePreferences } from '../preferences/index.ts';
import type { ThemeName } from './theme.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

function subscribe(changed: () => void): () => void {
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
}

/** The theme that a person chose, or that of the system. */
export function useThemeName(): ThemeName {
  const systemIsDark = useSyncExternalStore(subscribe, () => dark.matches);
  const choice = usePreferences(({ theme }) => theme);
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice;
}
