import { type Language, languageOf } from '@funcgraph/runtimes';
import { expect, it } from 'vitest';
import { checkHooks, hooksOf } from './java-hooks.ts';

const language = (runtime: string): Language => {
  const found = languageOf(runtime);
  if (found === undefined) throw new Error(`no language for ${runtime}`);
  return found;
};

it.each([
  ['a heartbeat without a package', { heartbeatHandler: 'Life.heartbeat' }],
  ['a heartbeat of more than 128 characters', { heartbeatHandler: `a.b.${'c'.repeat(125)}` }],
  ['a pre-stop that is no method', { preStopHandler: 'index.stop', preStopTimeoutSeconds: 5 }],
  ['a pre-stop without its time', { preStopHandler: 'demo.Life.stop' }],
  ['a pre-stop with no time', { preStopHandler: 'demo.Life.stop', preStopTimeoutSeconds: 0 }],
])('refuses %s', (_what, stored) => {
  expect(() => checkHooks(stored, language('Java11'))).toThrowError(
    expect.objectContaining({ code: 'invalid_request' }),
  );
});

it.each([
  ['Node.js20.15', { heartbeatHandler: 'index.beat' }],
  ['Python3.9', { classIsolation: true }],
])('refuses on %s the hooks of Java functions', (runtime, stored) => {
  expect(() => checkHooks(stored, language(runtime))).toThrowError(/is for Java functions/);
});

it('accepts the values that clients send for "not set", in every runtime', () => {
  const unset = { heartbeatHandler: '', preStopHandler: '', preStopTimeoutSeconds: 0, classIsolation: false };
  for (const runtime of ['Java8', 'Node.js20.15', 'http'])
    expect(() => checkHooks(unset, language(runtime))).not.toThrow();
  expect(hooksOf(unset, 'Java8')).toEqual({ heartbeat: undefined, preStop: undefined });
});

it('gives the data plane the hooks of Java functions and of no others', () => {
  const stored = {
    heartbeatHandler: 'demo.Life.beat',
    preStopHandler: 'demo.Life.stop',
    preStopTimeoutSeconds: 30,
  };
  expect(hooksOf(stored, 'Java17')).toEqual({
    heartbeat: 'demo.Life.beat',
    preStop: { handler: 'demo.Life.stop', timeoutSeconds: 30 },
  });
  expect(hooksOf(stored, 'Python3.9')).toEqual({ heartbeat: undefined, preStop: undefined });
});
