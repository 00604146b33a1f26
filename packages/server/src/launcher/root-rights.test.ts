import { expect, it } from 'vitest';
import { requireRootRights } from './root-rights.ts';

it('refuses to start as a root that lacks capabilities, and names them', () => {
  const status = (capabilities: string) => `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${capabilities}\n`;
  expect(() => requireRootRights(status('000001ffffffffff'))).not.toThrow();
  // what a container has unless it is given more
  expect(() => requireRootRights(status('00000000a80425fb'))).toThrow('no capability SYS_ADMIN, SYS_PTRACE');
  expect(() => requireRootRights(status('00000000a82425fb'))).toThrow('no capability SYS_PTRACE');
});
