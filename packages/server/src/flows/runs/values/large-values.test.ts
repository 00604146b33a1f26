import { afterEach, expect, it } from 'vitest';
import { LargeValues } from './large-values.ts';

const large = new LargeValues();
afterEach(() => large.stop());

it('takes projects in turn, however many values of one wait', async () => {
  const text = Buffer.from(JSON.stringify('x'.repeat(300_000)));
  const done: string[] = [];
  const check = async (project: string): Promise<void> => {
    await large.of(project).do({ op: 'check', text });
    done.push(project);
  };
  const greedy = Array.from({ length: 40 }, () => check('greedy'));
  await check('other');
  expect(done.length).toBeLessThan(10);
  await Promise.all(greedy);
  expect(done).toHaveLength(41);
});

it('goes on after a call that failed', async () => {
  const broken = { op: 'compose', value: { digest: 'x', bytes: 1 }, texts: [] } as const;
  const failing = Array.from({ length: 6 }, () => large.of('p').do(broken));
  await Promise.all(failing.map((each) => expect(each).rejects.toThrow('was not sent')));
  expect(await large.of('p').do({ op: 'check', text: Buffer.from('{') })).toMatchObject({ fault: expect.any(String) });
});
