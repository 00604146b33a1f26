export { type FakeFunction, HANG } from './behaviour.ts';
export { FakeSandboxDriver } from './fake-driver.ts';
export { FakePeer } from './fake-peer.ts';
export { FakeSandbox } from './fake-sandbox.ts';
export { encodeFrame, type Frame, FrameReader } from './frames.ts';
