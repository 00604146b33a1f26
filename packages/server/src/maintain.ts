import { parseArgs } from 'node:util';
import { forgetSecrets, loadConfig } from './config/index.ts';
import {
  checkData,
  createBackup,
  joinByToken,
  makeToken,
  resetCredentials,
  restoreBackup,
  rotateBackups,
  verifyBackup,
} from './maintenance/index.ts';

/**
 * For `fgs credentials`, `fgs check`, `fgs backup` and `fgs cluster`: works on a data directory without its server. The first argument
 * is the operation, its own arguments come after `--`, the server's flags are in between. Prints one JSON object:
 * `result` or `error`.
 */
async function run(argv: readonly string[]): Promise<unknown> {
  const [operation, ...rest] = argv;
  const end = rest.indexOf('--');
  const config = loadConfig(end === -1 ? rest : rest.slice(0, end));
  forgetSecrets();
  const own = end === -1 ? [] : rest.slice(end + 1);
  switch (operation) {
    case 'reset-credentials': {
      const { values } = parseArgs({ args: own, options: { user: { type: 'string' } }, strict: true });
      return resetCredentials(config, values.user);
    }
    case 'check':
      return { checks: await checkData(config.dataDir) };
    case 'backup-create':
      return createBackup(config.dataDir, folderOf(own));
    case 'backup-rotate': {
      const options = { keep: { type: 'string' } } as const;
      const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true, strict: true });
      return rotateBackups(config.dataDir, folderOf(positionals), Number(values.keep), new Date());
    }
    case 'backup-restore':
      return restoreBackup(folderOf(own), config.dataDir);
    case 'backup-verify':
      return verifyBackup(folderOf(own));
    case 'cluster-token':
      return makeToken(config);
    case 'cluster-join':
      return joinByToken(config);
    default:
      throw new Error(`unknown operation ${String(operation)}`);
  }
}

function folderOf([folder]: readonly string[]): string {
  if (folder === undefined) throw new Error('no folder was named');
  return folder;
}

function failure(error: unknown): object {
  const { code, message, hint, stack } = error as {
    code?: unknown;
    message?: unknown;
    hint?: unknown;
    stack?: unknown;
  };
  // a fault without a hint is a bug: it shows its stack
  const text = typeof hint === 'string' || typeof code === 'string' ? message : stack;
  return { code: String(code ?? 'INTERNAL'), message: String(text), ...(typeof hint === 'string' ? { hint } : {}) };
}

const answer = await run(process.argv.slice(2)).then(
  (result) => ({ result }),
  (error: unknown) => ({ error: failure(error) }),
);
process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exitCode = 'error' in answer ? 1 : 0;
