import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';

/**
 * Merges what changed between `base` and `current` into `original`: parts that did not change stay as they are in the
 * original. Items of lists are matched by their ids or names where they have them.
 */
export function mergeJson(original: Json, base: Json, current: Json): Json {
  if (equalJson(base, current)) return original;
  if (isJsonObject(original) && isJsonObject(base) && isJsonObject(current)) {
    return Object.fromEntries(merged(new Map(Object.entries(original)), fields(base), fields(current)));
  }
  const lists = [original, base, current].map(itemsByKey);
  const [ours, before, now] = lists;
  if (ours === undefined || before === undefined || now === undefined) return current;
  return merged(ours, before, now).map(([, item]) => item);
}

export function equalJson(one: Json, other: Json): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, at) => equalJson(item, other[at] as Json))
    );
  }
  if (!isJsonObject(one)) return one === other;
  const keys = Object.keys(one);
  return (
    isJsonObject(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equalJson(one[key] as Json, other[key] as Json))
  );
}

type Entries = ReadonlyMap<string, Json>;

const fields = (value: JsonObject): Entries => new Map(Object.entries(value));

function merged(original: Entries, base: Entries, current: Entries): [string, Json][] {
  return [...new Set([...original.keys(), ...current.keys()])].flatMap((key): [string, Json][] => {
    const [ours, before, now] = [original.get(key), base.get(key), current.get(key)];
    if (now === undefined) return before === undefined && ours !== undefined ? [[key, ours]] : [];
    if (before === undefined) return [[key, now]];
    if (ours !== undefined) return [[key, mergeJson(ours, before, now)]];
    return equalJson(before, now) ? [] : [[key, now]];
  });
}

/** A list as a map, when each item has an id or a name of its own. */
function itemsByKey(list: Json): Entries | undefined {
  if (!Array.isArray(list)) return undefined;
  const entries = list.map((item) => [keyOf(item), item] as const);
  const map = new Map(entries.filter((one): one is readonly [string, Json] => one[0] !== undefined));
  return map.size === list.length ? map : undefined;
}

function keyOf(item: Json): string | undefined {
  if (!isJsonObject(item)) return undefined;
  const key = ['id', 'name', 'trigger_name'].find(
    (name) => Object.hasOwn(item, name) && typeof item[name] === 'string',
  );
  return key === undefined ? undefined : `${key}:${String(item[key])}`;
}
