export { type FakeFunction, HANG } from './behaviour.ts';
export { FakeSandboxDriver } from './fake-driver.ts';
export type { FakePeer } from './fake-peer.ts';
