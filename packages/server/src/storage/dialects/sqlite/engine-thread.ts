import { serveCalls } from '../../../lib/worker-thread.ts';
import type { EngineCall, EngineResult } from '../../engine/link.ts';
import { GroupCommitEngine } from './engine.ts';

serveCalls<EngineCall, EngineResult>((data) => new GroupCommitEngine(String(data)));
