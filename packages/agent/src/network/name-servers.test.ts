import { describe, expect, it } from 'vitest';
import { outerServers, resolverText } from './name-servers.ts';

const OWN = new Set(['192.168.1.2']);

describe('name servers for instances', () => {
  it('are those of the machine that others can ask too', () => {
    const text = `# made by hand
nameserver 127.0.0.53
nameserver 192.168.1.2
nameserver 192.168.1.1
 nameserver 10.0.0.53
nameserver fd00::53
nameserver 10.0.0.54
nameserver 10.0.0.55
search example.internal`;
    expect(outerServers(text, OWN)).toEqual(['192.168.1.1', '10.0.0.53', '10.0.0.54']);
  });

  it('come with the options of the machine and nothing else of it', () => {
    const host = 'nameserver 10.0.0.53\nsearch secret.internal\noptions ndots:2 timeout:1\noptions $(reboot)';
    expect(resolverText(['10.0.0.53'], host)).toBe('nameserver 10.0.0.53\noptions ndots:2 timeout:1\n');
  });

  it('are replaced by one that refuses at once when there are none', () => {
    expect(resolverText([], 'nameserver 127.0.0.53')).toContain('nameserver 127.0.0.1\n');
  });
});
