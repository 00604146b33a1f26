import type { SandboxAgent, SandboxCapabilities, SandboxDriver } from '../instances/index.ts';
import { StartupError } from './startup-error.ts';

export interface ChosenSandbox {
  readonly driver: SandboxDriver;
  readonly capabilities: SandboxCapabilities;
}

export interface RootChoice {
  readonly isRoot: boolean;
  /** Whether the operator has allowed that root runs functions without isolation. */
  readonly isAllowed: boolean;
}

/** Throws `SANDBOX_ROOT`: without isolation, code of functions that root starts is root. */
export function refuseRoot(wanted: 'auto' | 'bubblewrap' | 'process', { isRoot, isAllowed }: RootChoice): void {
  if (wanted !== 'process' || !isRoot || isAllowed) return;
  throw new StartupError('SANDBOX_ROOT', 'without isolation, functions that root runs are root on this machine', {
    hint: 'Start as another user, or add --root-without-isolation allow.',
  });
}

/** The driver that was asked for; `auto` means isolation or nothing. Never falls back to a weaker one by itself. */
export async function chooseSandbox(
  agent: SandboxAgent,
  wanted: 'auto' | 'bubblewrap' | 'process',
  root: RootChoice,
): Promise<ChosenSandbox> {
  refuseRoot(wanted, root);
  const driver = agent.driver(wanted === 'auto' ? 'bubblewrap' : wanted);
  await agent.ensureAgent();
  const capabilities = await driver.capabilities();
  if (capabilities.usable) return { driver: withLivingAgent(driver, agent), capabilities };
  throw new StartupError(
    'SANDBOX_UNUSABLE',
    `functions cannot be isolated on this machine: ${capabilities.reason ?? 'unknown reason'}`,
    {
      hint: `${capabilities.hint ?? ''} To run functions without any isolation, start with --sandbox process, as another user than root.`.trim(),
    },
  );
}

/** An agent that died is replaced when an instance is wanted next. */
function withLivingAgent(driver: SandboxDriver, agent: SandboxAgent): SandboxDriver {
  return {
    name: driver.name,
    capabilities: () => driver.capabilities(),
    async start(spec, signal) {
      await agent.ensureAgent();
      return driver.start(spec, signal);
    },
  };
}
