import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestServer } from '../../server.ts';

/** A function in bash alone, so that its runtime is on every machine and of every release. */
const BOOTSTRAP = `#!/bin/bash
host=\${RUNTIME_API_ADDR%:*} port=\${RUNTIME_API_ADDR##*:}
while :; do
  exec 3<>/dev/tcp/$host/$port
  printf 'GET /v1/runtime/invocation/request HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3
  while IFS= read -r line <&3; do
    line=\${line%$'\\r'}
    [ -n "$line" ] || break
    case \${line,,} in x-cff-request-id:*) id=\${line#*: } ;; esac
  done
  exec 3>&-
  body="{\\"said\\":\\"$SAID\\"}"
  exec 3<>/dev/tcp/$host/$port
  printf 'POST /v1/runtime/invocation/response/%s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %s\\r\\nConnection: close\\r\\n\\r\\n%s' "$id" "\${#body}" "$body" >&3
  cat <&3 >/dev/null
  exec 3>&-
done
`;

const FLOW = `name: ask
nodes:
  - { id: start, name: Start, kind: start }
  - { id: kept, name: Kept, kind: function, function: kept }
  - { id: end, name: End, kind: end }
edges:
  - { from: start, to: kept }
  - { from: kept, to: end }
`;

/**
 * Makes the archive with data of the release that this tree is: a backup of a small server. Run it before a release
 * whose data the next ones must be able to take over.
 */
export async function makeEarlierData(archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fgs-earlier-'));
  await using server = await TestServer.start();
  const fgs = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await server.fgs(args);
    if (exitCode !== 0) throw new Error(`fgs ${args.join(' ')}: ${stderr}`);
  };
  try {
    const code = join(folder, 'kept');
    await mkdir(code);
    await writeFile(join(code, 'bootstrap'), BOOTSTRAP, { mode: 0o755 });
    await writeFile(join(folder, 'flow.yaml'), FLOW);
    await writeFile(join(folder, 'object.txt'), 'kept bytes');
    await fgs(
      'functions',
      'deploy',
      code,
      '--runtime',
      'Custom',
      '--handler',
      'bootstrap',
      '--env',
      'SAID=version one',
    );
    await fgs('versions', 'publish', 'kept', '--name', 'v1');
    await fgs('aliases', 'create', 'kept', 'live', '--version', 'v1');
    await fgs('functions', 'update', 'kept', '--env', 'SAID=the newest');
    await fgs('triggers', 'create', 'kept', '--every', '3d');
    await fgs('flows', 'deploy', join(folder, 'flow.yaml'));
    await fgs('flows', 'start', 'ask', '--wait');
    await fgs('buckets', 'create', 'kept-files');
    await fgs('buckets', 'put', 'kept-files', 'a/b.txt', '--file', join(folder, 'object.txt'));
    await fgs('topics', 'create', 'kept-news');
    await fgs('backup', 'create', join(folder, 'backup'));
    execFileSync('tar', ['-czf', archive, '-C', folder, 'backup']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
