import { serveCalls } from '../../../lib/worker-thread.ts';
import { type EngineCall, type EngineResult, GroupCommitEngine } from './engine.ts';

serveCalls<EngineCall, EngineResult>((data) => new GroupCommitEngine(String(data)));
