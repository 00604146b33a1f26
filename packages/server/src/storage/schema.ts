import type { IdentitySchema } from './schema/identity.ts';
import type { QueueSchema } from './schema/queue.ts';

/** Every table, put together from what each module owns under `schema/`. */
export type Schema = IdentitySchema & QueueSchema;
