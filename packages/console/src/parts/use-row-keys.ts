import type { RefObject } from 'react';
import { useTexts } from '../i18n/index.ts';
import { useShortcut } from './shortcuts/index.ts';

const ROW = 'tbody tr[data-row-key]';

/** Moves the focus to the first link or button of the next row that has one. */
function moveFocus(table: HTMLElement | null, step: 1 | -1): void {
  const rows = [...(table?.querySelectorAll<HTMLElement>(ROW) ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : at + step];
  next?.querySelector<HTMLElement>('a, button')?.focus();
}

/** `j` and `k` move through the rows of a table. */
export function useRowKeys(table: RefObject<HTMLElement | null>): void {
  const { t } = useTexts('parts');
  useShortcut('j', t('shortcuts.nextRow'), () => moveFocus(table.current, 1));
  useShortcut('k', t('shortcuts.previousRow'), () => moveFocus(table.current, -1));
}
