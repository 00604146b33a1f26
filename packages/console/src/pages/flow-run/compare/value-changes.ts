/** A place in two values that differs; a side without the place has no value. */
export interface ValueChange {
  /** `$.rows[2].price`: as an expression names it. */
  readonly path: string;
  readonly first?: unknown;
  readonly second?: unknown;
}

const MOST_CHANGES = 50;
const PLAIN = /^[A-Za-z_]\w*$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** At most 50 paths at which two values differ. Undefined counts as missing. */
export function valueChanges(first: unknown, second: unknown): readonly ValueChange[] {
  const found: ValueChange[] = [];
  const compare = (path: string, one: unknown, other: unknown) => {
    if (found.length >= MOST_CHANGES || Object.is(one, other)) return;
    if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) {
      found.push({
        path,
        ...(one === undefined ? {} : { first: one }),
        ...(other === undefined ? {} : { second: other }),
      });
      return;
    }
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const step = Array.isArray(one) ? `[${key}]` : PLAIN.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      compare(`${path}${step}`, one[key], other[key]);
    }
  };
  compare('$', first, second);
  return found;
}
