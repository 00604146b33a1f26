import { expect, it } from 'vitest';
import { batchTraceparent } from './batch-trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const of = (span: string, trace = TRACE) => `00-${trace}-${span.repeat(16)}-01`;

it.each<[string, readonly unknown[], string | undefined]>([
  ['one message', [of('b')], of('b')],
  ['bytes', [Buffer.from(of('b'))], of('b')],
  ['messages of one trace', [of('b'), of('c'), of('c')], of('b')],
  ['messages of two traces', [of('b'), of('b', TRACE.replace('0af', '0bf'))], undefined],
  ['a message without a header', [of('b'), undefined], undefined],
  ['a header that is none', [`${of('b')}x`], undefined],
  ['a header that is twice there', [[of('b'), of('c')]], undefined],
  ['no message', [], undefined],
])('a batch with %s continues what is sure', (_, headers, continued) => {
  expect(batchTraceparent(headers)).toBe(continued);
});
