import { expect, it } from 'vitest';
import { readFlowInput } from './flow-input.ts';

it('takes an object as the input of a run', () => {
  expect(readFlowInput('{"order": 7}')).toEqual({ order: 7 });
});

it('takes no text as an empty input', () => {
  expect(readFlowInput(' \n')).toEqual({});
});

it.each(['{', '[1]', '7', 'null', '"text"'])('refuses %s', (text) => {
  expect(readFlowInput(text)).toBeUndefined();
});
