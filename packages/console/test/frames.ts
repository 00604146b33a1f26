import type { Locator } from 'playwright-core';

const FRAMES = 60;

interface Scrolled {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  readonly querySelectorAll: (selector: string) => { readonly length: number };
}

/** Runs in the browser, whose types the tests do not know: one step in each frame, up and down again. */
function scroll(element: Scrolled, { frames, rows }: { frames: number; rows: string }): Promise<number> {
  const browser = globalThis as unknown as { requestAnimationFrame: (draw: () => void) => void };
  return new Promise((resolve) => {
    let drawn = 0;
    let most = 0;
    const draw = () => {
      drawn += 1;
      most = Math.max(most, element.querySelectorAll(rows).length);
      if (drawn > frames) return resolve(most);
      const end = element.scrollHeight - element.clientHeight;
      element.scrollTop = Math.abs(end - (drawn * end * 2) / frames);
      browser.requestAnimationFrame(draw);
    };
    browser.requestAnimationFrame(draw);
  });
}

/**
 * The most rows that the page holds while an element is scrolled from its end to its begin and back: what a frame
 * costs, on a machine of any speed.
 */
export function mostRowsScrolled(element: Locator, rows: string): Promise<number> {
  return element.evaluate(scroll as (element: unknown, given: { frames: number; rows: string }) => Promise<number>, {
    frames: FRAMES,
    rows,
  });
}
