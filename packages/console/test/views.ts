import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { accessibilityFindings } from './axe.ts';
import { isInConsole } from './tabs.ts';

type Language = 'zh-CN' | 'en-US';
type Theme = 'light' | 'dark';

const KEY = 'funcgraph.preferences';
const PICTURES = join(import.meta.dirname, 'pictures');
/** All languages and themes with pictures; without it, only what the journey uses. */
const isFull = process.env.FGS_CONSOLE_FULL === '1';

/** What a person chose before. */
export async function choosePreferences(page: Page, language: Language, theme: Theme): Promise<void> {
  const state = { language, theme, times: 'utc', shortcuts: true, editorSize: 13 };
  await page.evaluate(`localStorage.setItem('${KEY}', '${JSON.stringify({ state, version: 1 })}')`);
  if (isInConsole(page)) await prefer(page, { language, theme });
}

/** As if the person had chosen so in another tab. */
async function prefer(page: Page, change: { language?: Language; theme?: Theme }): Promise<void> {
  const changed = JSON.stringify(change);
  await page.evaluate(`{
    const stored = JSON.parse(localStorage.getItem('${KEY}'));
    localStorage.setItem('${KEY}', JSON.stringify({ ...stored, state: { ...stored.state, ...${changed} } }));
    dispatchEvent(new StorageEvent('storage', { key: '${KEY}' }));
  }`);
  if (change.language) await page.waitForSelector(`html[lang="${change.language}"]`);
  if (change.theme) await page.waitForSelector(`html[data-theme="${change.theme}"]`);
}

async function settled(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready');
  // signs of work under way turn for ever
  const isMoving = () =>
    // a wait inside the page would compile text, which the page forbids
    page.evaluate(`document.getAnimations().some(({ playState, effect }) =>
      playState === "running" && Number.isFinite(effect.getComputedTiming().endTime))`);
  await expect.poll(isMoving).toBe(false);
}

/** Pixels from the top of the window to the first button of a page, below its bar and margin, and an edge of those stacked. */
const ABOVE_BUTTONS = 80 + 8;
/** Runs in the browser: where the notices end. */
const NOTICES_END = `Math.max(0, ...[...document.querySelectorAll('.ant-notification-notice:not(:hover, :focus-within)')]
  .map((notice) => notice.getBoundingClientRect().bottom))`;
/** Runs in the browser: how many signs that close a dialog lie under a notice. */
const COVERED_CLOSES = `[...document.querySelectorAll('.ant-modal-close, .ant-drawer-close')].filter((sign) => {
  const { left, right, top, bottom } = sign.getBoundingClientRect();
  return [...document.querySelectorAll('.ant-notification-notice')].some((notice) => {
    const box = notice.getBoundingClientRect();
    return left < box.right && right > box.left && top < box.bottom && bottom > box.top;
  });
}).length`;

async function lookOnce(page: Page, name: string): Promise<void> {
  await settled(page);
  const message = `notices of ${name} cover no button`;
  await expect.poll(() => page.evaluate(NOTICES_END), { message }).toBeLessThanOrEqual(ABOVE_BUTTONS);
  expect.soft(await page.evaluate(COVERED_CLOSES), `signs of ${name} that close, under a notice`).toBe(0);
  expect.soft(await accessibilityFindings(page), name).toEqual([]);
  if (!isFull) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/**
 * A view of the console at this moment breaks no rule of accessibility. In a full run this holds for both languages and
 * themes, and a picture of each is written to `test/pictures`.
 */
export async function look(page: Page, name: string): Promise<void> {
  if (!isFull) return lookOnce(page, name);
  const stored = (await page.evaluate(`localStorage.getItem('${KEY}')`)) as string;
  const { language, theme } = JSON.parse(stored).state as { language: Language; theme: Theme };
  for (const other of ['zh-CN', 'en-US'] as const) {
    for (const shade of ['light', 'dark'] as const) {
      await prefer(page, { language: other, theme: shade });
      await lookOnce(page, `${name}-${other}-${shade}`);
    }
  }
  await prefer(page, { language, theme });
}
