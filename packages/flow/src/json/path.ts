/** A place in a JSON value. */
export type Path = readonly (string | number)[];

/** `nodes[3].retries[0].max_retries`. */
export function formatPath(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('');
}
