import { expect, it } from 'vitest';
import { calledAs } from './called-as.ts';

it.each([
  ['file:///usr/lib/node_modules/funcgraph/packages/cli/bundle/main.js', 'fgs'],
  ['file:///home/ann/.local/lib/node_modules/funcgraph/packages/cli/bundle/main.js', 'fgs'],
  ['file:///home/ann/shop/node_modules/funcgraph/packages/cli/bundle/main.js', 'npx fgs'],
  ['file:///home/ann/funcgraph/packages/cli/dist/main.js', 'npx fgs'],
])('%s is called as %s', (address, name) => {
  expect(calledAs(address)).toBe(name);
});
