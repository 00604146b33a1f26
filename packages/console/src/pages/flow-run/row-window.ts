/** Height of a row in pixels, as the styles have it. */
export const ROW = 34;
/** Of the part of a list that is seen. */
const HEIGHT = 408;
/** Rows above and below those in view. */
const SPARE = 12;

/** The rows to draw of a list of any length that is scrolled by so many pixels. */
export function rowWindow(top: number, count: number): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.min(Math.floor(top / ROW) - SPARE, count));
  return { first, last: Math.min(count, first + Math.ceil(HEIGHT / ROW) + 2 * SPARE) };
}
