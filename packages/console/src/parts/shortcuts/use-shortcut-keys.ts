import { useEffect } from 'react';
import { usePreferences } from '../../preferences/index.ts';
import { isTyping, keyStep } from './key-sequence.ts';
import { useShortcuts } from './shortcut-store.ts';

const NEXT_KEY_WITHIN_MS = 1500;

/** Runs shortcuts on key presses anywhere in the page. Single letters can be turned off, for those who speak to a computer. */
export function useShortcutKeys(): void {
  const isOn = usePreferences(({ shortcuts }) => shortcuts);
  useEffect(() => {
    let pressed = '';
    let pressedAt = 0;
    const onKey = (event: KeyboardEvent) => {
      const isPlain = !event.ctrlKey && !event.metaKey;
      const isTaken = isPlain && (!isOn || isTyping(event.target as Element | null));
      if (event.defaultPrevented || event.repeat || isTaken || event.key === 'Shift') return;
      const before = event.timeStamp - pressedAt < NEXT_KEY_WITHIN_MS ? pressed : '';
      const shortcuts = useShortcuts.getState();
      const step = keyStep(before, event, shortcuts.keys());
      pressed = step.kind === 'wait' ? step.pressed : '';
      pressedAt = event.timeStamp;
      if (step.kind !== 'run') return;
      event.preventDefault();
      shortcuts.get(step.keys)?.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}
