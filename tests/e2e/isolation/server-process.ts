import { spawnAgent } from '@funcgraph/agent';
import { SandboxAgent } from '../../../packages/server/src/instances/sandbox/index.ts';

/** A server to be killed: starts an agent and the sandbox that the argument describes, says so and waits. */
const [runDir = '', rules = '', spec = ''] = process.argv.slice(2);
const agent = new SandboxAgent(() => spawnAgent({ runDir, volumesDir: `${runDir}-volumes`, rules: JSON.parse(rules) }));
const { pid } = await agent.ensureAgent();
const sandbox = await agent.driver('bubblewrap').start(JSON.parse(spec), new AbortController().signal);
console.log(JSON.stringify({ agent: pid, sandbox: sandbox.pid }));
setInterval(() => {}, 1000);
