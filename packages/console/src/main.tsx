import type { AnyRouter, AsyncRouteComponent } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createConsoleRouter } from './app/router.tsx';
import { initialiseTexts } from './i18n/index.ts';
import { loadAgain } from './parts/load-again.ts';
import { usePreferences } from './preferences/index.ts';

/** Loads all that the first drawing needs beside each other: React shows late what it learns of while it draws. */
async function start(root: HTMLElement): Promise<void> {
  const { language } = usePreferences.getState();
  const { router, queries } = createConsoleRouter();
  loadPage(router);
  const [words] = await Promise.all([loadAgain(() => initialiseTexts(language)), router.load()]);
  createRoot(root).render(<App words={words} router={router} queries={queries} />);
}

/** The module of the page does not wait for the session. What fails here is tried again when the page is drawn. */
function loadPage({ matchRoutes, latestLocation, routesById }: AnyRouter): void {
  for (const { routeId } of matchRoutes(latestLocation)) {
    const component: AsyncRouteComponent<unknown> | undefined = routesById[routeId]?.options.component;
    void component?.preload?.();
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
// not awaited here: the modules of pages import this file, and would wait for its end
void start(root);
