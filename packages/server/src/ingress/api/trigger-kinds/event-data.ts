import type { DecodedBody, Routes } from '@funcgraph/api';

export type EventData = DecodedBody<Routes['createFunctionTrigger']>['event_data'];
