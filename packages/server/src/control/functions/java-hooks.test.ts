import { expect, it } from 'vitest';
import { type RuntimeRules, runtimeRules } from '../../domain/runtime-rules.ts';
import { checkHooks, hooksOf } from './java-hooks.ts';

const rules = (runtime: string): RuntimeRules => {
  const found = runtimeRules(runtime);
  if (found === undefined) throw new Error(`no rules for ${runtime}`);
  return found;
};

it.each([
  ['a heartbeat without a package', { heartbeat_handler: 'Life.heartbeat' }],
  ['a heartbeat of more than 128 characters', { heartbeat_handler: `a.b.${'c'.repeat(125)}` }],
  ['a pre-stop that is no method', { pre_stop_handler: 'index.stop', pre_stop_timeout: 5 }],
  ['a pre-stop without its time', { pre_stop_handler: 'demo.Life.stop' }],
  ['a pre-stop with no time', { pre_stop_handler: 'demo.Life.stop', pre_stop_timeout: 0 }],
])('refuses %s', (_what, stored) => {
  expect(() => checkHooks(stored, rules('Java11'))).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
});

it.each([
  ['Node.js20.15', { heartbeat_handler: 'index.beat' }],
  ['Python3.9', { enable_class_isolation: true }],
])('refuses on %s the hooks of Java functions', (runtime, stored) => {
  expect(() => checkHooks(stored, rules(runtime))).toThrowError(/is for Java functions/);
});

it('accepts the values that clients send for "not set", in every runtime', () => {
  const unset = { heartbeat_handler: '', pre_stop_handler: '', pre_stop_timeout: 0, enable_class_isolation: false };
  for (const runtime of ['Java8', 'Node.js20.15', 'http'])
    expect(() => checkHooks(unset, rules(runtime))).not.toThrow();
  expect(hooksOf(unset, 'Java8')).toEqual({ heartbeat: undefined, preStop: undefined });
});

it('gives the data plane the hooks of Java functions and of no others', () => {
  const stored = {
    heartbeat_handler: 'demo.Life.beat',
    pre_stop_handler: 'demo.Life.stop',
    pre_stop_timeout: 30,
  };
  expect(hooksOf(stored, 'Java17')).toEqual({
    heartbeat: 'demo.Life.beat',
    preStop: { handler: 'demo.Life.stop', timeoutSeconds: 30 },
  });
  expect(hooksOf(stored, 'Python3.9')).toEqual({ heartbeat: undefined, preStop: undefined });
});
