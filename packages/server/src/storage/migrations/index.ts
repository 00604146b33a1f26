import type { Migration } from 'kysely';
import { queue0001 } from './0001-queue.ts';
import { identity0002 } from './0002-identity.ts';
import { functions0003 } from './0003-functions.ts';
import { functionUrls0004 } from './0004-function-urls.ts';
import { versions0005 } from './0005-versions.ts';

/** Every step of the schema in order. A step that was released is never changed, only followed by another. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-queue': queue0001,
  '0002-identity': identity0002,
  '0003-functions': functions0003,
  '0004-function-urls': functionUrls0004,
  '0005-versions': versions0005,
};
