import { expect, it } from 'vitest';
import { RawOutput } from './raw-output.ts';

function output(): { raw: RawOutput; lines: string[] } {
  const lines: string[] = [];
  const write = ({ level, text }: { level: string; text: string }): number => lines.push(`${level} ${text}`);
  return { lines, raw: new RawOutput({ now: () => 1 }, write) };
}

it('joins the pieces of a line, for each stream apart', () => {
  const { raw, lines } = output();
  raw.push({ stream: 'stdout', text: 'one\ntw' });
  raw.push({ stream: 'stderr', text: 'bad\n' });
  raw.push({ stream: 'stdout', text: 'o\n\n' });
  expect(lines).toEqual(['INFO one', 'ERROR bad', 'INFO two']);
});

it('writes an unfinished line when it is flushed, and an endless one in parts', () => {
  const { raw, lines } = output();
  raw.push({ stream: 'stdout', text: 'no end' });
  raw.flush();
  raw.flush();
  raw.push({ stream: 'stdout', text: 'x'.repeat(100_000) });
  expect(lines).toEqual(['INFO no end', `INFO ${'x'.repeat(100_000)}`]);
});
