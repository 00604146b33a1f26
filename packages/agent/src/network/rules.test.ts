import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../host-command.ts';
import { parseBlock } from './ipv4.ts';
import { closedForwardChains } from './open-networks.ts';
import { guardText, HELD, type NetworkRules, ownerOfTable, rulesText, tableName } from './rules.ts';

const OWNER = '123-456789-0a1b2c3d';
const nft = findProgram('nft');
const isRoot = process.getuid?.() === 0;
const rules = (bridge: string, cidr: string, changes: Partial<NetworkRules> = {}): NetworkRules => ({
  ...{ bridge, nat: true, hasNeighbours: false, block: parseBlock(cidr) ?? { first: 0, length: 0 } },
  ...changes,
});
const EGRESS = rules('fg00e', '10.192.0.0/19');
const BACKEND = rules('fgna1b2c3d4', '10.20.0.0/24', { nat: false, hasNeighbours: true });

describe('the rules of an agent', () => {
  it('stand in a table that carries the name of the agent', () => {
    expect(tableName(OWNER)).toBe('funcgraph_123_456789_0a1b2c3d');
    expect(ownerOfTable(tableName(OWNER))).toBe(OWNER);
  });

  it('are replaced in one step, also by none', () => {
    const text = rulesText('t', [EGRESS]);
    expect(text.indexOf('add table inet t')).toBeLessThan(text.indexOf('delete table inet t'));
    expect(text.indexOf('delete table inet t')).toBeLessThan(text.indexOf('table inet t {'));
    expect(rulesText('t', [])).toBe('add table inet t\ndelete table inet t\n');
    expect(rulesText('t', [], HELD)).toBe('destroy table inet t\n');
  });

  it('belong to the process that installs them, where the kernel can do that', () => {
    expect(rulesText('t', [EGRESS], HELD)).toMatch(
      /^destroy table inet t\ntable inet t \{\n {2}flags owner, persist;\n/,
    );
    expect(rulesText('t', [EGRESS])).not.toContain('flags');
  });

  it('translate addresses of networks with NAT only', () => {
    const masquerading = rulesText('t', [EGRESS, BACKEND])
      .split('\n')
      .filter((line) => line.includes('masquerade'));
    expect(masquerading).toEqual(['    oifname != "fg*" ip saddr 10.192.0.0/19 masquerade']);
  });

  it('let instances go on from networks with NAT only, after every refusal', () => {
    const leaving = (bridge: string) =>
      new RegExp(`chain out_of_${bridge} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*)\\n {2}\\}`).exec(
        rulesText('t', [EGRESS, BACKEND]),
      )?.[1] ?? '';
    expect(leaving('fg00e').trim().split('\n').at(-1)?.trim()).toBe('accept');
    expect(leaving('fgna1b2c3d4').trim().split('\n').at(-1)).toContain('reject');
    for (const closed of ['169.254.0.0/16', '100.100.100.200', '168.63.129.16', '192.0.0.192'])
      expect(leaving('fg00e')).toContain(closed);
    expect(leaving('fg00e')).toContain('ip saddr != 10.192.16.0/20 drop');
  });

  it('judge the address before another program translates it: none of the machine, whenever it came to have it', () => {
    const text = rulesText('t', [EGRESS]);
    expect(text).toContain('type filter hook prerouting priority mangle');
    expect(text).toMatch(
      /chain as_addressed \{\n\s+fib daddr type local reject[^\n]+\n\s+ip daddr \{ 0.0.0.0\/8[^\n]+reject/,
    );
  });

  it.runIf(isRoot && nft !== undefined)('are understood by nft', () => {
    for (const text of [rulesText('t', [EGRESS, BACKEND]), rulesText('t', []), guardText(['eth0', 'eth1.5'])]) {
      execFileSync(nft ?? 'nft', ['--check', '-f', '-'], { input: text });
    }
  });
});

describe('firewalls of others', () => {
  it('are reported when they drop forwarded packets', () => {
    const text = `table ip filter {
\tchain FORWARD {
\t\ttype filter hook forward priority filter; policy drop;
\t}
\tchain INPUT {
\t\ttype filter hook input priority filter; policy drop;
\t}
}
table inet funcgraph_1_2_3 {
\tchain through {
\t\ttype filter hook forward priority filter; policy drop;
\t}
}`;
    expect(closedForwardChains(text)).toEqual(['ip filter FORWARD']);
    expect(closedForwardChains('')).toEqual([]);
  });
});
