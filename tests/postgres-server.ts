import { inject } from 'vitest';
import { createDatabase } from '../packages/server/src/storage/testing-cluster.ts';
import { TestServer } from './server.ts';

let made = 0;

const folder = inject('postgresFolder');
if (folder === undefined) throw new Error('the project has no PostgreSQL: name tests/postgres-setup.ts in globalSetup');
TestServer.newDatabase = () => {
  made += 1;
  return createDatabase(folder, `s_${process.pid}_${Date.now()}_${made}`);
};
