import { type ComponentType, lazy } from 'react';
import { loadNeededTexts } from '../i18n/index.ts';

const PAUSE_MS = 300;

/** Vite never loads a style sheet that failed a second time, but goes on to the module, which would look broken. */
async function loadStyleAgain(error: unknown): Promise<void> {
  const address = /^Unable to preload CSS for (.+)$/.exec((error as Error).message)?.[1];
  const links = [...document.head.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const failed = links.find(({ href }) => href === address);
  if (failed === undefined) return;
  const link = failed.cloneNode() as HTMLLinkElement;
  await new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => reject(error));
    failed.replaceWith(link);
  });
}

/** Loads once more what fails: a moment without a network must not break the page. */
export async function loadAgain<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  try {
    return await load();
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    await loadStyleAgain(error);
    return load();
  }
}

/** Loads a module and the texts that it shows. */
export async function loadModule<Module>(load: () => Promise<Module>): Promise<Module> {
  const module = await loadAgain(load);
  await loadNeededTexts();
  return module;
}

/** A component whose module is loaded when it is first drawn. */
export function lazyPart<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => ({ default: await loadModule(load) }));
}
