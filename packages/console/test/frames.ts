import type { Locator } from 'playwright-core';

const FRAMES = 60;

interface Scrolled {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** Runs in the browser, whose types the tests do not know: one step in each frame, up and down again. */
function scroll(element: Scrolled, frames: number): Promise<number[]> {
  const browser = globalThis as unknown as { requestAnimationFrame: (draw: (now: number) => void) => void };
  return new Promise((resolve) => {
    const times: number[] = [];
    let last = performance.now();
    const draw = (now: number) => {
      times.push(now - last);
      last = now;
      if (times.length > frames) return resolve(times.slice(1));
      const most = element.scrollHeight - element.clientHeight;
      element.scrollTop = Math.abs(most - (times.length * most * 2) / frames);
      browser.requestAnimationFrame(draw);
    };
    browser.requestAnimationFrame(draw);
  });
}

/** The frames that an element needs to be scrolled from its end to its begin and back. */
export async function scrolledFrames(element: Locator): Promise<{ readonly longestMs: number }> {
  const times = await element.evaluate(scroll as (element: unknown, frames: number) => Promise<number[]>, FRAMES);
  return { longestMs: Math.max(...times) };
}
