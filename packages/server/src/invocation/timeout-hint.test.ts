import { describe, expect, it } from 'vitest';
import { timeoutHint } from './timeout-hint.ts';

const CALL = { runtime: 'Node.js20.15', handlerMs: 3001, cpuMs: 12, lastLine: undefined };

describe('the line about a timeout', () => {
  it('names callback and promise for a Node.js function that used no processor time', () => {
    expect(timeoutHint(CALL)).toBe(
      'timed out after 3.001 s with 0.012 s of processor time: it waited; perhaps the callback was never called, ' +
        'a promise never settled, or a connection got no answer; it logged nothing',
    );
  });

  it('does not speak of callbacks in other languages', () => {
    expect(timeoutHint({ ...CALL, runtime: 'Python3.9' })).toContain(
      'a connection that got no answer, a lock or a sleep',
    );
  });

  it('names a loop for a function that computed all the time', () => {
    expect(timeoutHint({ ...CALL, cpuMs: 2900 })).toContain('perhaps in a loop that does not end');
  });

  it('only has the figures between the two', () => {
    expect(timeoutHint({ ...CALL, cpuMs: 1000 })).toBe(
      'timed out after 3.001 s with 1 s of processor time; it logged nothing',
    );
  });

  it('says nothing of processor time that is not known', () => {
    expect(timeoutHint({ ...CALL, cpuMs: null })).toBe('timed out after 3.001 s; it logged nothing');
  });

  it('has the last line and its age', () => {
    const lastLine = { text: 'reading page 7', agoMs: 2500 };
    expect(timeoutHint({ ...CALL, lastLine })).toMatch(/; its last line, 2\.5 s before the end: reading page 7$/);
  });
});
