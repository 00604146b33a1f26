/** What a key press means after those before it. */
export type KeyStep =
  | { readonly kind: 'run'; readonly keys: string }
  /** The first key of a longer shortcut. */
  | { readonly kind: 'wait'; readonly pressed: string }
  | { readonly kind: 'none' };

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** The name of a press: `g`, `?`, `Ctrl+s`. The command key of a Mac counts as Ctrl. */
export function pressName({ key, ctrlKey, metaKey }: Press): string {
  const name = key.length === 1 && ctrlKey ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${name.toLowerCase()}` : name;
}

/** `pressed` are the keys before, `known` all shortcuts: keys that follow each other are separated by spaces. */
export function keyStep(pressed: string, press: Press, known: Iterable<string>): KeyStep {
  if (press.altKey) return { kind: 'none' };
  const name = pressName(press);
  const shortcuts = [...known];
  for (const keys of pressed === '' ? [name] : [`${pressed} ${name}`, name]) {
    if (shortcuts.includes(keys)) return { kind: 'run', keys };
    if (shortcuts.some((shortcut) => shortcut.startsWith(`${keys} `))) return { kind: 'wait', pressed: keys };
  }
  return { kind: 'none' };
}

/** Where letters are text: only shortcuts with Ctrl work there. */
export function isTyping(target: Pick<Element, 'matches'> | null): boolean {
  return target?.matches('input, textarea, select, [contenteditable="true"], .cm-content') === true;
}
