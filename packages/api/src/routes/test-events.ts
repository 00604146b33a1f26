import { Type } from 'typebox';
import { route } from '../route.ts';
import { FunctionParams } from '../schemas/common.ts';
import {
  CreateTestEventBody,
  EventTemplate,
  TestEvent,
  TestEventList,
  TestEventName,
  UpdateTestEventBody,
} from '../schemas/test-event.ts';

const EVENTS = '/v2/{project_id}/fgs/functions/{function_urn}/events';
const EVENT = `${EVENTS}/{event_id}` as const;

const EventParams = Type.Object({
  project_id: Type.String(),
  function_urn: Type.String(),
  event_id: Type.String(),
});

export const testEventRoutes = {
  createEvent: route({
    method: 'POST',
    path: EVENTS,
    action: 'functiongraph:function:createEvent',
    group: 'function',
    summary: 'Save a test event with a function',
    params: FunctionParams,
    body: CreateTestEventBody,
    response: TestEventName,
  }),
  listEvents: route({
    method: 'GET',
    path: EVENTS,
    action: 'functiongraph:function:listEvent',
    group: 'function',
    summary: 'Test events of a function, by name',
    params: FunctionParams,
    response: TestEventList,
  }),
  showEvent: route({
    method: 'GET',
    path: EVENT,
    action: 'functiongraph:function:getEvent',
    group: 'function',
    summary: 'One test event with its content',
    params: EventParams,
    response: TestEvent,
  }),
  updateEvent: route({
    method: 'PUT',
    path: EVENT,
    action: 'functiongraph:function:updateEvent',
    group: 'function',
    summary: 'Replace the content of a test event',
    params: EventParams,
    body: UpdateTestEventBody,
    response: TestEventName,
  }),
  deleteEvent: route({
    method: 'DELETE',
    path: EVENT,
    action: 'functiongraph:function:deleteEvent',
    group: 'function',
    summary: 'Delete a test event',
    params: EventParams,
    status: 204,
  }),
  listEventTemplates: route({
    method: 'GET',
    path: '/v1/event-templates',
    access: 'caller',
    group: 'function',
    summary: 'Sample events of every kind of event source',
    response: Type.Object({ templates: Type.Array(EventTemplate) }),
  }),
  showEventTemplate: route({
    method: 'GET',
    path: '/v1/event-templates/{name}',
    access: 'caller',
    group: 'function',
    summary: 'One sample event, by its name with or without -event-template',
    params: Type.Object({ name: Type.String() }),
    response: EventTemplate,
  }),
} as const;
