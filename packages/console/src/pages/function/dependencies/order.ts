/** A list with one of its items one place earlier or later; as it was at its ends. */
export function moved<T>(items: readonly T[], at: number, by: -1 | 1): readonly T[] {
  const item = items[at];
  const other = items[at + by];
  if (item === undefined || other === undefined) return items;
  return items.map((each, place) => (place === at ? other : place === at + by ? item : each));
}
