import type { FlowDefinition } from '../definition.ts';
import { isJsonObject, type JsonObject } from '../json/json.ts';
import { mergeJson } from './merge.ts';
import { functionsOf, readVendor } from './read-vendor.ts';
import { generateVendor } from './write-vendor.ts';

/**
 * The body of the vendor's API for a definition that breaks no rule. When it was read from such a body, what did not
 * change since is as it was there: names, metadata, unused functions and retries, fields that this package does not know.
 */
export function writeVendor(definition: FlowDefinition): JsonObject {
  const original = definition.vendor?.body;
  const named = original === undefined ? [] : functionsOf(original);
  const current = generateVendor(definition, named);
  const before = original === undefined ? undefined : readVendor(original);
  if (original === undefined || before === undefined || !before.ok) return current;
  const merged = mergeJson(original, generateVendor(before.definition, named), current);
  return isJsonObject(merged) ? merged : current;
}
