import { describe, expect, it } from 'vitest';
import { LogTail } from './log-tail.ts';

const at = Date.UTC(2026, 0, 1);

describe('log tail', () => {
  it('writes time, request id and level before a line of the function, and only the time before one of the platform', () => {
    const tail = new LogTail(2048);
    tail.add({ time: at, requestId: 'r', message: "Start invoke request 'r', version: latest" });
    tail.add({ time: at, requestId: 'r', level: 'INFO', message: 'hello' });
    expect(tail.text()).toBe(
      "2026-01-01T00:00:00.000Z Start invoke request 'r', version: latest\n2026-01-01T00:00:00.000Z r INFO hello\n",
    );
  });

  it('keeps the end within its limit and never half a character', () => {
    const tail = new LogTail(100);
    for (let i = 0; i < 1000; i += 1)
      tail.add({ time: at, requestId: 'r', level: 'INFO', message: '中文日志'.repeat(10) });
    const text = tail.text();
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100);
    expect(text).not.toContain('\ufffd');
    expect(text.endsWith('日志\n')).toBe(true);
  });
});
