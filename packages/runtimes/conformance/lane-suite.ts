import { expect, it } from 'vitest';
import type { Language } from '../src/languages/language.ts';
import type { InstanceFrame } from '../src/protocol/frames.ts';
import { type Instance, NO_CREDENTIALS } from './harness.ts';

/** Sends requests at once, in this order. */
export function sendAll(instance: Instance, events: readonly object[], timeoutMs = 3000): void {
  const frame = { type: 'invoke', timeoutMs, invokeType: 'sync', credentials: NO_CREDENTIALS };
  instance.sendTogether(
    events.map((event, at) => ({
      header: { ...frame, requestId: `r-${at + 1}` },
      body: Buffer.from(JSON.stringify(event)),
    })),
  );
}

/** The next frames in their order: log lines of requests by their text, results and returned requests by their ids. */
export async function frames(instance: Instance, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { header, body } = await instance.next(() => true);
    if (header.type === 'log' && header.requestId !== '') texts.push(`${header.requestId}: ${body.toString('utf8')}`);
    else if (header.type === 'result') texts.push(`${header.requestId} = ${body.toString('utf8')}`);
    else if (header.type === 'returned') texts.push(`returned ${header.requestIds.join(' ')}`);
  }
  return texts;
}

/** `ready` says the same about lanes as the manifest of the language, from which `fgs runtimes list` takes it. */
export function expectLanes(ready: InstanceFrame, language: Language, version = ''): void {
  expect(ready.type === 'ready' && ready.pipeline === true).toBe(language.lanes(version));
}

interface LaneTraits {
  /** Of the interpreter. */
  readonly version?: string;
  /** Name of the shared handler `lanes.note`. */
  readonly entry?: (name: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program is another process: the shim reads all its output, and its exit is the result of the request that ran. */
  readonly isSupervised?: boolean;
}

/** The cases of Lanes in PROTOCOL.md, for runtimes whose `ready` has `pipeline`. */
export function laneSuite(
  language: Language,
  current: () => Instance,
  codeRoot: () => string,
  { version = '', entry = (name) => name, env = {}, isSupervised = false }: LaneTraits = {},
): void {
  const init = (name: string) => current().init(codeRoot(), entry(name), { env });

  it('begins a request that came early only after the result of the one before', async () => {
    const { header } = await init('lanes.note');
    expectLanes(header, language, version);
    await current().hello();
    sendAll(current(), [
      { n: 1, ms: 20 },
      { n: 2, ms: 0 },
      { n: 3, ms: 5 },
    ]);
    const one = (n: number): string[] => [`r-${n}: begin ${n}`, `r-${n}: end ${n}`, `r-${n} = ${n}`];
    expect(await frames(current(), 9)).toEqual([...one(1), ...one(2), ...one(3)]);
  });

  it('counts the time of a request from when it begins', async () => {
    await init('lanes.remaining');
    sendAll(current(), [{ ms: 1000 }, { ms: 0 }], 10_000);
    const { header, body } = await current().next(({ header: h }) => h.type === 'result' && h.requestId === 'r-2');
    expect(Number(body.toString())).toBeGreaterThan(9200);
    expect('ms' in header ? header.ms : undefined).toBeLessThan(800);
  });

  it('gives back requests that have not begun, and takes further ones', async () => {
    await init('lanes.note');
    await current().hello();
    sendAll(current(), [
      { n: 1, ms: 500 },
      { n: 2, ms: 0 },
      { n: 3, ms: 0 },
    ]);
    current().send({ type: 'recall' });
    const got = await frames(current(), 4);
    expect(got.filter((text) => text.startsWith('returned'))).toEqual(['returned r-2 r-3']);
    expect(got.filter((text) => text.includes('='))).toEqual(['r-1 = 1']);
    expect((await current().invoke('{"n":4,"ms":0}', 'r-4')).payload).toBe('4');
  });

  it('begins nothing more when it ends in the middle', async () => {
    await init('lanes.exits');
    await current().hello();
    sendAll(current(), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await frames(current(), 1)).toEqual(['r-1 = 1']);
    await current().exited;
    const hasResult = (id: string): boolean =>
      current().has(({ header }) => header.type === 'result' && header.requestId === id);
    expect([hasResult('r-2'), hasResult('r-3')]).toEqual([isSupervised, false]);
  });

  it.skipIf(isSupervised)('gives back what waits after output beside the link', async () => {
    await init('lanes.raw');
    await current().hello();
    sendAll(current(), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await frames(current(), 2)).toEqual(['r-1 = 1', 'returned r-2 r-3']);
    expect((await current().invoke('{"n":2}', 'r-4')).payload).toBe('2');
  });
}
