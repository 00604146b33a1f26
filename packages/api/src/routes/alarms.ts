import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { Alarm, AlarmHistory, AlarmList, CreateAlarmBody, UpdateAlarmBody } from '../schemas/alarm.ts';
import { NumberText, ProjectParams } from '../schemas/common.ts';

const ALARMS = '/v1/{project_id}/alarms';
const ALARM = `${ALARMS}/{alarm_name}` as const;

const AlarmParams = Type.Object({ ...ProjectParams.properties, alarm_name: Type.String() });

const group = 'alarms';
const access = 'any';

/** Alarms; ours. Rights are on single rules, `alarm:<name>`: handlers decide about each. */
export const alarmRoutes = {
  createAlarm: route({
    method: 'POST',
    path: ALARMS,
    action: 'functiongraph:alarm:create',
    access,
    resource: namedIn('body', 'name'),
    group,
    summary: 'Create an alarm rule for a function, a version, an alias or a flow',
    params: ProjectParams,
    body: CreateAlarmBody,
    response: Alarm,
    status: 201,
  }),
  listAlarms: route({
    method: 'GET',
    path: ALARMS,
    action: 'functiongraph:alarm:list',
    access,
    group,
    summary: 'Alarm rules of the project by name, with their states',
    params: ProjectParams,
    query: Type.Object({
      state: Type.Optional(Type.String({ maxLength: 16 })),
      /** Only rules about this function, version, alias or flow. */
      target_urn: Type.Optional(Type.String({ maxLength: 1024 })),
      marker: Type.Optional(Type.String({ maxLength: 128 })),
      limit: Type.Optional(NumberText),
    }),
    response: AlarmList,
  }),
  showAlarm: route({
    method: 'GET',
    path: ALARM,
    action: 'functiongraph:alarm:get',
    access,
    group,
    summary: 'An alarm rule and its state',
    params: AlarmParams,
    response: Alarm,
  }),
  updateAlarm: route({
    method: 'PUT',
    path: ALARM,
    action: 'functiongraph:alarm:update',
    access,
    group,
    summary: 'Change an alarm rule; its state stays until the next period ends',
    params: AlarmParams,
    body: UpdateAlarmBody,
    response: Alarm,
  }),
  deleteAlarm: route({
    method: 'DELETE',
    path: ALARM,
    action: 'functiongraph:alarm:delete',
    access,
    group,
    summary: 'Delete an alarm rule with its history',
    params: AlarmParams,
    status: 204,
  }),
  listAlarmHistory: route({
    method: 'GET',
    path: `${ALARM}/history`,
    action: 'functiongraph:alarm:get',
    access,
    group,
    summary: 'Changes of the state of an alarm rule',
    params: AlarmParams,
    response: AlarmHistory,
  }),
} as const;
