import { describe, expect, it } from 'vitest';
import { nodejs } from './nodejs/nodejs.ts';
import { python } from './python/python.ts';
import { findRuntime, RUNTIMES, runtimeForVersion, versionFits } from './runtimes.ts';

function named(name: string) {
  const found = findRuntime(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('runtime names', () => {
  it('stand for the interpreter paths of the public contract', () => {
    expect(named('Node.js6.10').interpreter).toBe('/opt/function/runtime/nodejs6.10/rtsp/nodejs/bin/node');
    expect(named('Python2.7').interpreter).toBe('/opt/function/runtime/python2.7/rtsp/python/bin/python');
    expect(named('Python3.9').interpreter).toBe('/opt/function/runtime/python3.9/rtsp/python/bin/python3');
    expect(named('Java8').interpreter).toBe('/opt/function/runtime/java8/rtsp/jre/bin/java');
    expect(named('PHP7.3').interpreter).toBe('/opt/function/runtime/php7.3/rtsp/php/bin/php');
    expect(named('C#(.NET Core 3.1)').interpreter).toBe('/opt/function/runtime/dotnet3.1/rtsp/dotnet/dotnet');
  });

  it('have identifiers that are distinct and safe as folder names', () => {
    const ids = RUNTIMES.map((runtime) => runtime.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9.]*$/);
  });

  it('refuse what is no name, also when it looks like a path', () => {
    for (const name of ['', 'node', 'Node.js../..', 'Python3', 'Node.js20.15.1', 'constructor', '__proto__']) {
      expect(findRuntime(name)).toBeUndefined();
    }
  });

  it('let an interpreter serve only a name that its own version begins with', () => {
    expect(versionFits(named('Node.js20.15'), '20.15.1')).toBe(true);
    expect(versionFits(named('Node.js20.15'), '20.20.2')).toBe(false);
    expect(versionFits(named('Python3.1'), '3.13.0')).toBe(false);
    expect(versionFits(named('Node.js22'), '22.4.1')).toBe(true);
    expect(versionFits(named('Custom'), '22.4.1')).toBe(false);
  });

  it('offer an interpreter under a listed name that fits, else under its own version', () => {
    expect(runtimeForVersion(nodejs, '20.20.2')?.name).toBe('Node.js20.20');
    expect(runtimeForVersion(nodejs, '20.15.0')?.name).toBe('Node.js20.15');
    expect(runtimeForVersion(nodejs, '22.1.0')?.name).toBe('Node.js22');
    expect(runtimeForVersion(nodejs, '23.1.0')?.name).toBe('Node.js23.1');
    expect(runtimeForVersion(python, '3.11.7')?.name).toBe('Python3.11');
    expect(runtimeForVersion(python, 'nonsense')).toBeUndefined();
  });
});
