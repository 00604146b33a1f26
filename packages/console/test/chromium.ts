import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium-headless-shell';

const SYSCALL_OF_SOCKET = process.arch === 'arm64' ? 198 : 41;
const AF_NETLINK = 16;
const EAFNOSUPPORT = 97;
/** Of classic BPF. */
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
/** Places in what the filter reads: the number of the system call and its first argument. */
const NUMBER = 0;
const FIRST_ARGUMENT = 16;
const ALLOW = 0x7fff_0000;
const FAIL = 0x0005_0000;

/** Op code, jump if true, jump if false, value. */
const NO_NETLINK = [
  [LOAD_WORD, 0, 0, NUMBER],
  [JUMP_IF_EQUAL, 0, 3, SYSCALL_OF_SOCKET],
  [LOAD_WORD, 0, 0, FIRST_ARGUMENT],
  [JUMP_IF_EQUAL, 0, 1, AF_NETLINK],
  [RETURN, 0, 0, FAIL | EAFNOSUPPORT],
  [RETURN, 0, 0, ALLOW],
] as const;

function filter(): Buffer {
  const program = Buffer.alloc(8 * NO_NETLINK.length);
  for (const [at, [code, ifTrue, ifFalse, value]] of NO_NETLINK.entries()) {
    program.writeUInt16LE(code, 8 * at);
    program.writeUInt8(ifTrue, 8 * at + 2);
    program.writeUInt8(ifFalse, 8 * at + 3);
    program.writeUInt32LE(value, 8 * at + 4);
  }
  return program;
}

/**
 * Starts a browser that never hears of the network of the machine: Chromium ends its requests when an address changes, as
 * it does when a server beside makes the bridge of its sandboxes. Returns where Playwright reaches it, and what ends it.
 */
export async function startBrowser(): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-browser-'));
  const executablePath = join(folder, 'chromium');
  const rules = join(folder, 'filter');
  writeFileSync(rules, filter());
  writeFileSync(executablePath, `#!/bin/sh\nexec bwrap --dev-bind / / --seccomp 9 -- ${PROGRAM} "$@" 9<'${rules}'\n`);
  chmodSync(executablePath, 0o755);
  try {
    // Chromium has no sandbox of its own for root
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const server = await chromium.launchServer({ executablePath, args });
    const close = async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { endpoint: server.wsEndpoint(), close };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
