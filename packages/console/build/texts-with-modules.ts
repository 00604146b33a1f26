import { join } from 'node:path';
import type { Plugin } from 'vite';

const SOURCES = join(import.meta.dirname, '../src/');
const TEXTS = join(SOURCES, 'i18n/index.ts');
const USE = /\buseTexts\(['"](\w+)['"]\)/g;

/**
 * Each module names the groups of texts that its components use as soon as it is loaded. Otherwise React would learn of
 * them one after the other while it draws, and wait 300 ms before it shows what it drew.
 */
export function textsWithModules(): Plugin {
  return {
    name: 'texts-with-modules',
    transform(code, id) {
      if (!id.startsWith(SOURCES)) return undefined;
      const groups = new Set([...code.matchAll(USE)].map(([, group]) => group));
      if (groups.size === 0) return undefined;
      const call = `needTexts(${[...groups].map((group) => JSON.stringify(group)).join(', ')});`;
      return { code: `${code}\nimport { needTexts } from ${JSON.stringify(TEXTS)};\n${call}\n`, map: null };
    },
  };
}
