/** A secret stands behind the id of the node; an iteration of a loop behind the secret. */
const KEY = /^(.+?)(#\d+)?$/s;
const SECRET = /^[\w-]{32}(?![\w-])/;

/**
 * The id of a callback, if the values of the run show it: a function got it as input. The key of the wait has no secret.
 */
export function callbackIdIn(values: unknown, key: string): string | undefined {
  const [, node = '', iteration = ''] = KEY.exec(key) ?? [];
  // as it is written inside of a JSON text
  const begin = `${JSON.stringify(node).slice(1, -1)}.`;
  for (const rest of JSON.stringify(values).split(begin).slice(1)) {
    const [secret] = SECRET.exec(rest) ?? [];
    if (secret !== undefined) return `${node}.${secret}${iteration}`;
  }
  return undefined;
}
