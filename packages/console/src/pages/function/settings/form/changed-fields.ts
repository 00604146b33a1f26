/** The fields of `after` that differ from those of `before`, so that a change leaves all others as they are. */
export function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const isChanged = (name: string) => {
    const [old, now] = [before, after].map((each) => JSON.stringify(each[name as keyof T]));
    return old !== now;
  };
  return Object.fromEntries(Object.entries(after).filter(([name]) => isChanged(name))) as Partial<T>;
}
