import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import type { Extension } from '@codemirror/state';

/** How a file is highlighted and indented, by the ending of its name. */
export function languageOf(path: string): Extension {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (/^[mc]?jsx?$/.test(ending)) return javascript({ jsx: ending.endsWith('x') });
  if (/^[mc]?tsx?$/.test(ending)) return javascript({ typescript: true, jsx: ending.endsWith('x') });
  if (ending === 'py') return python();
  return ending === 'json' ? json() : [];
}
