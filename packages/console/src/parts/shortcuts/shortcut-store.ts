import { useEffect, useRef } from 'react';
import { create } from 'zustand';

export interface Shortcut {
  readonly label: string;
  readonly run: () => void;
}

/** The shortcuts of what is on the screen, by keys. */
export const useShortcuts = create<ReadonlyMap<string, Shortcut>>()(() => new Map());

/**
 * Keys such as `?`, `g f` (one after the other) or `Ctrl+s` while the component is mounted. `label` stands in the sheet
 * of shortcuts. An empty `keys` is no shortcut.
 */
export function useShortcut(keys: string, label: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (keys === '') return;
    const shortcut = { label, run: () => latest.current() };
    useShortcuts.setState((before) => new Map(before).set(keys, shortcut), true);
    return () => {
      useShortcuts.setState((before) => new Map([...before].filter(([, own]) => own !== shortcut)), true);
    };
  }, [keys, label]);
}
