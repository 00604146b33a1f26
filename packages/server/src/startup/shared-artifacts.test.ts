import { expect, it } from 'vitest';
import { checkShared } from './shared-artifacts.ts';

const livePeer = { id: 'i', home: 'h', name: 'a.example (7)', version: '1', description: undefined, draining: false };

it('a server beside another one needs the folder of their code, and names the other one', () => {
  const check = () => checkShared({ livePeer }, { sharedArtifacts: undefined });
  expect(check).toThrow(/a\.example \(7\)/);
  expect(check).toThrow(expect.objectContaining({ code: 'artifacts', hint: expect.stringContaining('--artifacts') }));
  expect(() => checkShared({ livePeer }, { sharedArtifacts: { kind: 'folder', folder: '/srv' } })).not.toThrow();
  expect(() => checkShared({ livePeer: undefined }, { sharedArtifacts: undefined })).not.toThrow();
});
