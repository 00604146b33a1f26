import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The floor for buckets: files that are as durable as objects, without signatures, rights, digests or a database. */
const folder = mkdtempSync(join(tmpdir(), 'funcgraph-files-'));
let written = 0;

async function put(request: IncomingMessage, path: string): Promise<void> {
  written += 1;
  const temporary = `${path}.${written}`;
  await pipeline(request, createWriteStream(temporary, { flush: true }));
  await rename(temporary, path);
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

const server = createServer((request, response) => {
  const path = join(folder, encodeURIComponent(new URL(request.url ?? '', 'http://x').pathname));
  if (request.method === 'PUT') {
    void put(request, path).then(() => response.writeHead(200, { 'content-length': 0 }).end());
    return;
  }
  response.writeHead(200, { 'content-length': statSync(path).size });
  createReadStream(path).pipe(response);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
