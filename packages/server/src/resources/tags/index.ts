import type { ResourceDeps } from '../resource.ts';
import { flowTagHandlers } from './flow-tag-handlers.ts';
import { tagHandlers } from './handlers.ts';
import { TagStore } from './tag-store.ts';
import { Tags } from './tags.ts';

export const tags = ({ db, functions, flows, iam, region }: ResourceDeps) => ({
  handlers: {
    ...tagHandlers({ iam, functions, tags: new Tags(functions.access, new TagStore(db, 'function')), region }),
    ...flowTagHandlers({ iam, flows, store: new TagStore(db, 'flow'), region }),
  },
});
