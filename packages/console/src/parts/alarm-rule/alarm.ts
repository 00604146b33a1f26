import type { RouteResponse, Routes } from '@funcgraph/api';

export type Alarm = RouteResponse<Routes['showAlarm']>;
