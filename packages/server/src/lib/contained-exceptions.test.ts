import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('./contained-exceptions.fixture.ts', import.meta.url));

function thrownIn(place: string): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [FIXTURE, place], (error, out, err) => done({ code: error?.code ?? 0, out, err }));
  });
}

it.each([
  ['a socket', 'the connection is closed\nthe work ended: broken in a socket\nthe process goes on\n'],
  ['a timer', 'the work ended: broken in a timer\nthe process goes on\n'],
  ['a timer after its end', 'after the end: broken in a timer after its end\nthe process goes on\n'],
])('an exception of contained work in %s ends that work only', async (place, out) => {
  expect(await thrownIn(place)).toMatchObject({ code: 0, out });
});

it.each(['our code', 'other code'])('an exception in %s ends the process', async (place) => {
  const { code, out, err } = await thrownIn(place);
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain(`Uncaught Error: broken in ${place}`);
});
