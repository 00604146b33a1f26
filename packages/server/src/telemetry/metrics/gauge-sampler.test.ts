import { expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { GaugeSampler } from './gauge-sampler.ts';
import { RunningCalls } from './running-calls.ts';
import type { GaugeSample } from './types.ts';

const target = (version: string, alias = '') => ({ functionKey: 'p:default:f', version, context: { alias } });

function sampled() {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 0, 0, 3));
  const running = new RunningCalls();
  const written: { at: number; samples: readonly GaugeSample[] }[] = [];
  const heard: number[] = [];
  const living: { spec: ReturnType<typeof target>; reserved: boolean }[] = [];
  const sampler = new GaugeSampler({
    running,
    clock,
    onPeaks: (peaks) => heard.push(...peaks.map(({ concurrency }) => concurrency)),
    instances: () => living,
    metrics: {
      addGauges: async (samples, at) => {
        if (samples.length > 0) written.push({ at, samples });
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  sampler.start();
  const take = () => written.splice(0).flatMap(({ at, samples }) => samples.map((sample) => ({ at, ...sample })));
  return { clock, running, living, sampler, take, heard };
}

it('writes the most that ran at once, of each version, alias, function and project', () => {
  const { clock, running, take } = sampled();
  const [one, other] = [target('v1', 'live'), target('v2')];
  const calls = [running.begin(one), running.begin(other)];
  expect(running.ofProject('p')).toBe(2);
  for (const call of calls) running.end(call);
  running.end(running.begin(one));
  clock.advance(7_000);
  const seen = take().map(({ functionKey, qualifier, concurrency }) => `${functionKey} ${qualifier} ${concurrency}`);
  expect(new Set(seen)).toEqual(
    new Set(['*p  2', 'p:default:f  2', 'p:default:f !live 1', 'p:default:f v1 1', 'p:default:f v2 1']),
  );
  clock.advance(20_000);
  expect(take()).toEqual([]);
  expect(running.ofProject('p')).toBe(0);
});

it('counts calls that begin after their counters stood still, together with those of other targets', () => {
  const { clock, running, take } = sampled();
  const old = target('latest');
  running.end(running.begin(old));
  clock.advance(60_000);
  take();
  running.begin(target('latest'));
  running.begin(old);
  clock.advance(10_000);
  expect(take().find(({ qualifier }) => qualifier === 'latest')).toMatchObject({ concurrency: 2 });
});

it('counts calls that continue in every sample, and adds a sample to the minute in which it began', () => {
  const { clock, running, take } = sampled();
  const call = running.begin(target('latest'));
  clock.advance(57_000);
  const samples = take();
  expect(new Set(samples.map(({ at }) => Math.floor(at / 60_000)))).toEqual(new Set([Date.UTC(2026, 0, 1) / 60_000]));
  running.end(call);
  clock.advance(10_000);
  expect(take().every(({ concurrency }) => concurrency === 1)).toBe(true);
});

it('counts instances, and those kept by configuration', async () => {
  const { living, sampler, take } = sampled();
  living.push({ spec: target('v1', 'live'), reserved: true }, { spec: target('v1'), reserved: false });
  await sampler.stop();
  const samples = take();
  expect(samples.find(({ qualifier }) => qualifier === 'v1')).toMatchObject({ instances: 2, reserved: 1 });
  expect(samples.find(({ qualifier }) => qualifier === '!live')).toMatchObject({ instances: 1, reserved: 1 });
});

it('reports the peaks, also when no call ran', () => {
  const { clock, running, heard, sampler } = sampled();
  const call = running.begin(target('v1'));
  clock.advance(7_000);
  expect(heard).toEqual([1, 1, 1]);
  running.end(call);
  void sampler.stop();
});
