import { ConfigError, compileSettings, forgetSecrets, readSettings } from './config/index.ts';
import { LAUNCHED, Launcher, launch } from './launcher/index.ts';
import { reportFailure } from './lib/parent-process.ts';
import { StopRequest } from './lib/stop-request.ts';

const stop = new StopRequest();
const argv = process.argv.slice(2);
/** The user chose an address or port that cannot be had. */
const LISTEN_ERRORS: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN']);

/** As root the process is the launcher, unless the configuration says that the server itself runs as root. */
async function run(): Promise<void> {
  if (argv[0] === LAUNCHED) {
    const launcher = await Launcher.connect();
    const { serve } = await import('./serve.ts');
    return serve(compileSettings(launcher.settings), stop, launcher);
  }
  const settings = readSettings(argv);
  forgetSecrets();
  const config = compileSettings(settings);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && config.user !== 'root') return launch(settings, stop);
  if (!isRoot && settings.raw.user !== undefined) {
    throw new ConfigError('user: only root can start the server as another user', 'Leave out the setting.');
  }
  const { serve } = await import('./serve.ts');
  return serve(config, stop);
}

async function fail(error: unknown): Promise<never> {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  const code =
    error instanceof Error && 'code' in error
      ? String(error.code)
      : error instanceof ConfigError
        ? 'CONFIG'
        : 'INTERNAL';
  // an error with a hint can be fixed by the user; any other is a bug and shows its stack
  const known = hint !== undefined || error instanceof ConfigError || isListenError(error);
  const text = known || !(error instanceof Error) ? message : (error.stack ?? message);
  await reportFailure({ event: 'failed', code, message: text, ...(hint === undefined ? {} : { hint }) });
  process.exit(error instanceof ConfigError ? 2 : 1);
}

function isListenError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && LISTEN_ERRORS.has(String(error.code));
}

run().catch(fail);
