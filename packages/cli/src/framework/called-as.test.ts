import { expect, it } from 'vitest';
import { calledAs } from './called-as.ts';

it.each([
  ['file:///usr/lib/node_modules/funcgraph/packages/cli/bundle/main.js', 'fgs'],
  ['file:///opt/ann/.local/lib/node_modules/funcgraph/packages/cli/bundle/main.js', 'fgs'],
  ['file:///srv/shop/node_modules/funcgraph/packages/cli/bundle/main.js', 'npx fgs'],
  ['file:///srv/funcgraph/packages/cli/dist/main.js', 'npx fgs'],
])('%s is called as %s', (address, name) => {
  expect(calledAs(address)).toBe(name);
});
