import { describe, expect, it } from 'vitest';
import { check } from '../rules/check.ts';
import { readVendor } from '../vendor/read-vendor.ts';
import { writeVendor } from '../vendor/vendor.ts';
import * as examples from './testing.ts';

describe('the examples of the guide', () => {
  it.each(Object.entries(examples))('%s breaks no rule and names its functions', (_, { definition, functions }) => {
    expect(check(definition)).toEqual([]);
    const named = definition.nodes.flatMap((node) => (node.kind === 'function' ? [node.function] : []));
    expect(Object.keys(functions)).toEqual(expect.arrayContaining(named));
  });

  it.each(Object.entries(examples))('%s is the same in the form of the vendor', (_, { definition }) => {
    const read = readVendor(writeVendor(definition));
    const sorted = (nodes: readonly { id: string }[]) => nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    expect(read.ok && sorted(read.definition.nodes)).toEqual(sorted(definition.nodes));
    expect(read.ok && new Set(read.definition.edges.map(({ from, to }) => `${from}>${to}`))).toEqual(
      new Set(definition.edges.map(({ from, to }) => `${from}>${to}`)),
    );
  });
});
