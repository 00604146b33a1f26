import { expect, it } from 'vitest';
import { clusterAddress } from './cluster-address.ts';

it.each([
  ['10.0.0.5:8090', { host: '10.0.0.5', port: 8090 }],
  ['node-1.internal:0', { host: 'node-1.internal', port: 0 }],
  ['[fd00::5]:8090', { host: 'fd00::5', port: 8090 }],
])('the address of a node can be %s', (text, parsed) => {
  expect(clusterAddress(text, true)).toEqual(parsed);
});

it.each([
  '10.0.0.5',
  ':8090',
  'a:70000',
  'fd00::5:8090',
  '[10.0.0.5]:80',
  'a/b:80',
  'a:8090x',
  '0.0.0.0:80',
  '[::]:80',
])('the address of a node cannot be %s', (text) => {
  expect(() => clusterAddress(text, true)).toThrow(/cluster_address/);
});

it('a server with SQLite has no address for others', () => {
  expect(() => clusterAddress('10.0.0.5:8090', false)).toThrow(/PostgreSQL/);
});
