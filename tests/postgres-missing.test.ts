import { it } from 'vitest';
import { NO_POSTGRES } from '../packages/server/src/storage/testing-cluster.ts';

it.skip(`PostgreSQL is not tested: ${NO_POSTGRES}`, () => {});
