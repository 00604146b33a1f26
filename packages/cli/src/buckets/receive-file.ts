import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError, EXIT, systemCode, usageError } from '../framework/index.ts';

/** Throws a usage error for a place that cannot get a file, before anything is received. */
export async function checkPlace(file: string): Promise<void> {
  const folder = await stat(dirname(file)).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw usageError(`there is no folder ${dirname(file)}`);
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === false) throw usageError(`${file} is not a file`);
}

/** Writes the body of an answer to a file, which has its name only when it is whole. Replaces an existing one. */
export async function receiveFile(answer: IncomingMessage, file: string, signal: AbortSignal): Promise<number> {
  const part = join(dirname(file), `.${basename(file).slice(0, 200)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const target = createWriteStream(part, { flags: 'wx' });
    await pipeline(() => wholeBody(answer, signal), target, { signal });
    await rename(part, file);
    return target.bytesWritten;
  } catch (error) {
    await rm(part, { force: true });
    const code = systemCode(error);
    if (error instanceof CliError || code === undefined || signal.aborted) throw error;
    throw new CliError(`cannot write ${file}: ${code}`, { code: 'CLI.FILE', cause: error });
  }
}

/** The pieces of a body. Throws `CLI.UNREACHABLE` when the connection ends before the body does. */
export async function* wholeBody(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  let missing = Number(answer.headers['content-length']);
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      missing -= piece.length;
      yield piece;
    }
  } catch (cause) {
    throw signal.aborted ? cause : cut(cause);
  }
  if (missing !== 0) throw cut();
}

function cut(cause?: unknown): CliError {
  return new CliError('the connection ended before the whole object was received', {
    code: 'CLI.UNREACHABLE',
    exitCode: EXIT.unreachable,
    cause,
  });
}
