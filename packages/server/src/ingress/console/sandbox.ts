/**
 * For pages that are not the console's, at its host: each has an origin of its own, and neither reads nor sets cookies by
 * script.
 */
export const SANDBOX: readonly [name: string, value: string] = [
  'Content-Security-Policy',
  'sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads',
];
