import { serveCalls } from '../../../lib/worker-thread.ts';
import { GroupCommitEngine } from './engine.ts';
import type { EngineCall, EngineResult } from './engine-link.ts';

serveCalls<EngineCall, EngineResult>((data) => new GroupCommitEngine(String(data)));
