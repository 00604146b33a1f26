import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '..');
const page = readFileSync(join(source, '../../../docs/flow-definitions.md'), 'utf8');

/** Codes in the tables of rules and in the schemas: `['F-20', …]`, `code: 'F-44'`, `filterFields('F-16')`. */
const codes = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('engine'))
  .flatMap((file) => readFileSync(join(source, file), 'utf8').match(/(?<=')[EFSX]-\d+(?=')/g) ?? []);

describe('the page on flow definitions', () => {
  it('has a row for each code of a rule, and no other', () => {
    const rows = [...page.matchAll(/^\| ([EFSX]-\d+) \|/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(60);
    expect(rows.toSorted()).toEqual([...new Set(codes)].toSorted());
  });
});
