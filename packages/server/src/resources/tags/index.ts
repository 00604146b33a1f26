import type { ResourceDeps } from '../resource.ts';
import { tagHandlers } from './handlers.ts';
import { TagStore } from './tag-store.ts';
import { Tags } from './tags.ts';

export const tags = ({ db, functions, iam, region }: ResourceDeps) => ({
  handlers: tagHandlers({ iam, functions, tags: new Tags(functions.access, new TagStore(db)), region }),
});
