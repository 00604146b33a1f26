import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What a browser window of 1280 by 800 pixels shows, whole and at 200 %, where each pixel of a page takes four. */
export const SIZES = {
  whole: { width: 1280, height: 800 },
  zoomed: { width: 640, height: 400 },
} as const;

/** Runs in the browser, where functions may not be compiled from text: names what stands outside of the window. */
const FAULTS = `(() => {
  const width = document.documentElement.clientWidth;
  const faults = [];
  const over = document.documentElement.scrollWidth - width;
  if (over > 0) faults.push('the page is ' + over + ' px wider than the window');
  const isScrolled = (style) => /auto|scroll/.test(style.overflowX);
  const nameOf = (element) =>
    element.tagName + ' "' + (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60) + '"';
  for (const element of document.querySelectorAll(
    ':is(main, header, [role=dialog]) :is(button, a, input, textarea, h1, h2, h3, p, dt, dd, [role=tab], [role=combobox])',
  )) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { left, right, width: own } = element.getBoundingClientRect();
    // tabs without room stand in a menu
    if (own <= 1 || element.closest('.ant-tabs-nav') !== null) continue;
    let [from, to] = [0, width];
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      const style = getComputedStyle(above);
      if (isScrolled(style)) [from, to] = [-Infinity, Infinity];
      if (from === -Infinity) break;
      if (!/hidden|clip/.test(style.overflowX)) continue;
      const box = above.getBoundingClientRect();
      [from, to] = [Math.max(from, box.left), Math.min(to, box.right)];
    }
    if (left < from - 1 || right > to + 1) faults.push(nameOf(element) + ' is cut off');
  }
  // a table that scrolls hides columns behind those that stay; a window of half the width has no place for all
  if (width >= 1280)
    for (const place of document.querySelectorAll('main :is(.ant-table-content, .ant-table-body, .ant-table-tbody-virtual-holder)')) {
      const over = place.scrollWidth - place.clientWidth;
      if (over > 1) faults.push('a table is ' + over + ' px wider than its place: ' + nameOf(place.querySelector('tr, .ant-table-row') ?? place));
    }
  return faults;
})()`;

/** Signs that a part of the page is on its way. */
const LOADING = '.ant-skeleton, .ant-spin-spinning';

/** Nothing of the page is on its way. */
export async function expectLoaded(page: Page, name: string): Promise<void> {
  await expect.poll(() => page.locator(LOADING).count(), { message: name }).toBe(0);
}

/**
 * The page as it is stays inside of the window at both sizes, first at that which the window has. Texts that are longer than
 * any that the server takes may make a table scroll.
 */
export async function expectWhole(page: Page, name: string, texts: 'usual' | 'long' = 'usual'): Promise<void> {
  const { whole, zoomed } = SIZES;
  const isZoomed = page.viewportSize()?.width === zoomed.width;
  for (const size of isZoomed ? [zoomed, whole] : [whole, zoomed]) {
    await page.setViewportSize(size);
    await expectLoaded(page, name);
    // a page draws itself anew for its size
    const faults = async (): Promise<string[]> => {
      const all: string[] = await page.evaluate(FAULTS);
      return texts === 'usual' ? all : all.filter((fault) => !fault.startsWith('a table is '));
    };
    await expect.poll(faults, { message: `${name} at ${size.width} px` }).toEqual([]);
  }
}
