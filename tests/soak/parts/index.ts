import { backup } from './backup.ts';
import { disk } from './disk.ts';
import { agentHung, agentKilled, databaseKilled, processesKilled, serverKilled } from './kills.ts';
import { frames, greedy, logs } from './noise.ts';
import type { Part } from './part.ts';
import { bodies, logins, texts } from './requests.ts';
import { firstStart, starts } from './starts.ts';

export type { Part };

export const PARTS: readonly Part[] = [
  ...[serverKilled, starts, firstStart, databaseKilled],
  ...[bodies, texts, logins, logs, frames, greedy, processesKilled, agentKilled, agentHung, disk, backup],
];
