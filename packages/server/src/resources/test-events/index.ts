import type { ResourceDeps } from '../resource.ts';
import { testEventHandlers } from './handlers.ts';
import { TestEventStore } from './test-event-store.ts';
import { TestEvents } from './test-events.ts';

export const testEvents = ({ db, functions, clock }: ResourceDeps) => ({
  handlers: testEventHandlers({ testEvents: new TestEvents(functions.access, new TestEventStore(db), clock) }),
});
