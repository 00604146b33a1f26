import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
/** What stays when something else of the page changes. */
const PARTS = '.shell > nav, .shell-main > header, main, body > div:not(#root)';

/** Runs in the browser: the parts of the page as they are drawn, without the numbers that each load counts anew. */
const DRAWN = `(() => {
  const look = [document.documentElement.dataset.theme, innerWidth, document.title].join(' ');
  const counted = /:r[0-9a-z]+:|_r_[0-9a-z]+_|rc[-_][a-z-_]+\\d+/g;
  return [...document.querySelectorAll('${PARTS}')].map(({ outerHTML }) => look + outerHTML.replace(counted, ''));
})()`;

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Parts without findings; a journey looks at most pages several times. */
const sound = new Set<string>();

/**
 * Broken rules of WCAG 2.1 A and AA on the page, each with its elements. A part that was sound before, drawn the same in the
 * same theme and size, is not read again.
 */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const drawn = (await page.evaluate(DRAWN)) as string[];
  const known = drawn.flatMap((part, at) => (sound.has(part) ? [at] : []));
  if (known.length === drawn.length && known.length > 0) return [];
  // evaluated, not added as a script: the page allows only its own
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
  const options = JSON.stringify({ runOnly: RULES, resultTypes: ['violations'], preload: false });
  const { violations } = (await page.evaluate(`{
    const parts = document.querySelectorAll('${PARTS}');
    axe.run({ exclude: ${JSON.stringify(known)}.map((at) => parts[at]) }, ${options});
  }`)) as { violations: Violation[] };
  if (violations.length === 0) for (const part of drawn) sound.add(part);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html.slice(0, 300)}\n  ${failureSummary}`),
  );
}
