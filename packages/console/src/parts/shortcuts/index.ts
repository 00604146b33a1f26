export { useShortcut, useShortcuts } from './shortcut-store.ts';
export { useShortcutKeys } from './use-shortcut-keys.ts';
