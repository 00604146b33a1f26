import { ROUTES } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { STORED_ONLY_FIELDS } from './stored-fields.ts';

interface Described {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
}

const bodies = [ROUTES.createFunction.body, ROUTES.updateFunctionConfig.body, ROUTES.updateFunctionCode.body];
const described = new Map(
  bodies.flatMap((body) =>
    Object.entries((body as unknown as Described).properties).map(([name, { description }]) => [
      name,
      description ?? '',
    ]),
  ) as [string, string][],
);

it('documents each field without effect as only stored', () => {
  const silent = STORED_ONLY_FIELDS.filter((name) => !/stored/i.test(described.get(name) ?? ''));
  expect(silent).toEqual([]);
});

it('documents no field with an effect as only stored', () => {
  const only = [...described].filter(([, text]) => /^stored|; stored/i.test(text)).map(([name]) => name);
  // its number of instances is enforced, its requests in one instance are kept
  expect(only.filter((name) => !STORED_ONLY_FIELDS.includes(name)).sort()).toEqual([]);
});
