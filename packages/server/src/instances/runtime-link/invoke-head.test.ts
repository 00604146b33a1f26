import type { InvokeFrame } from '@funcgraph/runtimes';
import { expect, it } from 'vitest';
import { FrameDecoder } from './frame-decoder.ts';
import { InvokeHead } from './invoke-head.ts';

const CREDENTIALS = {
  accessKey: 'AK',
  secretKey: 'sö"cret',
  securityAccessKey: '',
  securitySecretKey: '',
  securityToken: '',
  authToken: '',
};

function decoded(bytes: Buffer): { header: unknown; body: string }[] {
  const frames: { header: unknown; body: string }[] = [];
  new FrameDecoder((header, body) => {
    frames.push({ header: JSON.parse(header.toString()), body: body.toString() });
  }).push(bytes);
  return frames;
}

const frameOf = (more: Partial<InvokeFrame>): InvokeFrame => ({
  type: 'invoke',
  requestId: '01939b1c-7c3e-7000-8000-000000000000',
  timeoutMs: 3000,
  invokeType: 'sync',
  credentials: CREDENTIALS,
  ...more,
});

it('encodes each frame as its JSON, after frames with other ids, timeouts, kinds and credentials', () => {
  const head = new InvokeHead();
  const frames = [
    frameOf({}),
    frameOf({ requestId: 'next' }),
    frameOf({ timeoutMs: 5000 }),
    frameOf({ invokeType: 'async' }),
    frameOf({ credentials: { ...CREDENTIALS, securityToken: 'renewed' } }),
    frameOf({ requestId: 'quoted "and" ü' }),
    frameOf({ http: true, stream: true }),
    frameOf({ workflowId: 'flow' }),
    frameOf({}),
  ];
  for (const frame of frames) {
    expect(decoded(head.encode(frame, Buffer.from('{"ä":1}'), 1024))).toEqual([{ header: frame, body: '{"ä":1}' }]);
  }
});

it('leaves out an event that is longer than the limit, and announces its length', () => {
  const event = Buffer.from('x'.repeat(20));
  for (const frame of [frameOf({}), frameOf({ http: true })]) {
    const head = new InvokeHead().encode(frame, event, 19);
    expect(decoded(Buffer.concat([head, event]))).toEqual([{ header: frame, body: event.toString() }]);
  }
});
