/** Stands beside the word for a state: colour alone would not do. */
const SIGNS: Readonly<Record<string, string>> = {
  success: '✓',
  fail: '✗',
  timeout: '✗',
  running: '▶',
  stopping: '▶',
  scheduled: '○',
  cancel: '■',
};

export const signOf = (status: string): string => SIGNS[status] ?? '?';
