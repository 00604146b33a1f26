import { serveCalls } from '../../../lib/worker-thread.ts';
import type { EngineResult } from '../../engine/link.ts';
import { GroupCommitEngine, type SqliteCall } from './engine.ts';

serveCalls<SqliteCall, EngineResult>((data) => new GroupCommitEngine(String(data)));
