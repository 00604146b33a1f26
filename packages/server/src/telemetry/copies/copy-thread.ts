import { workerData } from 'node:worker_threads';
import { serveCalls } from '../../lib/worker-thread.ts';
import type { CopyCall, CopyResult, CopyThreadData } from './copy-calls.ts';
import { CopyEngine } from './copy-engine.ts';

serveCalls<CopyCall, CopyResult>(() => new CopyEngine(workerData as CopyThreadData));
