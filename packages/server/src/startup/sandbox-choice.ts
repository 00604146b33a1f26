import type { SandboxAgent, SandboxCapabilities, SandboxDriver } from '../instances/index.ts';
import { type RootChoice, refuseRoot } from '../launcher/index.ts';
import { StartupError } from '../lib/startup-error.ts';

export interface ChosenSandbox {
  readonly driver: SandboxDriver;
  readonly capabilities: SandboxCapabilities;
}

/** The configured driver; `auto` requires isolation. Never falls back to a weaker one. */
export async function chooseSandbox(
  agent: SandboxAgent,
  requested: 'auto' | 'bubblewrap' | 'process',
  root: RootChoice,
): Promise<ChosenSandbox> {
  refuseRoot(requested, root);
  const driver = agent.driver(requested === 'auto' ? 'bubblewrap' : requested);
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

/** An agent that died is replaced at the next request for an instance. */
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
