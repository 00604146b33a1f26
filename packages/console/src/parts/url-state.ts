import { useNavigate, useSearch } from '@tanstack/react-router';

type Fields = Readonly<Record<string, string | number | boolean>>;
/** The type of a default value without its literal: `1` stands for any number. */
type Widened<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] extends number ? number : boolean };

/** The values of an address that have the type of their default; the default instead of all others. */
export function readFields<T extends Fields>(search: Readonly<Record<string, unknown>>, usual: T): Widened<T> {
  const entries = Object.entries(usual).map(([name, value]) => [
    name,
    typeof search[name] === typeof value ? search[name] : value,
  ]);
  return Object.fromEntries(entries);
}

/** The fields of an address without those that have their default. */
export function writeFields<T extends Fields>(fields: Widened<T>, usual: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, v]) => [name, v === usual[name] ? undefined : v]));
}

/**
 * State that stands in the address, so that it can be shared and survives a reload: tab, filters, page. `usual` has the
 * defaults. A change replaces the address; with `push` the browser's back button undoes it.
 */
export function useUrlState<const T extends Fields>(usual: T) {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const fields = readFields(search, usual);
  const set = (change: Partial<Widened<T>>, { push = false } = {}) => {
    const update = (before: Record<string, unknown>) => ({
      ...before,
      ...writeFields({ ...readFields(before, usual), ...change }, usual),
    });
    void navigate({ to: '.', search: update as never, replace: !push });
  };
  return [fields, set] as const;
}
