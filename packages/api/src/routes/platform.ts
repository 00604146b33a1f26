import { Type } from 'typebox';
import { route } from '../route.ts';

const Runtime = Type.Object({
  name: Type.String(),
  language: Type.String(),
  /** Whether short requests may wait in a warm instance that runs one at a time; otherwise it gets one at a time. */
  lanes: Type.Boolean(),
  available: Type.Boolean(),
  /** The version that the interpreter reports, e.g. `v14.18.3`; empty when there is none. */
  version: Type.String(),
  source: Type.String(),
  path: Type.String(),
  /** The runtime whose interpreter serves this one, when it is another: a JVM runs code of all earlier versions. */
  served_by: Type.String(),
  /** How to install it, when it is not available. */
  hint: Type.String(),
});

const RuntimeName = Type.Object({ name: Type.String() });

/** The machine itself: health, runtimes, working isolation. */
export const platformRoutes = {
  showHealth: route({
    method: 'GET',
    path: '/v1/health',
    group: 'platform',
    summary: 'Whether the server takes calls',
    auth: 'none',
    response: Type.Object({ status: Type.Literal('ok'), version: Type.String() }),
  }),
  showReady: route({
    method: 'GET',
    path: '/v1/ready',
    group: 'platform',
    summary:
      'Whether the server should be sent work: 503 when its disk, database or sandbox agent is not well, or it drains',
    auth: 'none',
    response: Type.Object({
      ready: Type.Boolean(),
      disk: Type.Boolean(),
      database: Type.Boolean(),
      agent: Type.Boolean(),
      /** It is going to stop (`fgs cluster drain`). */
      draining: Type.Boolean(),
    }),
  }),
  showDoctor: route({
    method: 'GET',
    path: '/v1/doctor',
    action: 'platform:server:get',
    group: 'platform',
    summary: 'Features that work on this machine, missing ones, and how to get them',
    response: Type.Object({
      version: Type.String(),
      node: Type.String(),
      sandbox: Type.Object({
        driver: Type.String(),
        root: Type.Boolean(),
        cgroup: Type.String(),
        degraded: Type.Array(Type.String()),
      }),
      checks: Type.Array(
        Type.Object({
          name: Type.String(),
          ok: Type.Boolean(),
          detail: Type.String(),
          hint: Type.Optional(Type.String()),
          /** Which check found what, for programs that say it in another language: `network.closed`. */
          code: Type.Optional(Type.String()),
          /** What the detail names. */
          values: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
      ),
    }),
  }),
  showGauges: route({
    method: 'GET',
    path: '/v1/gauges',
    action: 'platform:server:get',
    group: 'platform',
    summary: 'How full every pool and queue of the server is, now',
    response: Type.Object({
      instances: Type.Object({
        living: Type.Integer(),
        idle: Type.Integer(),
        /** Idle instances that use no processor until their next request. */
        frozen: Type.Integer(),
        /** Kept ready by configuration. */
        reserved: Type.Integer(),
        starting: Type.Integer(),
        /** Requests that instances run, or hold in their lanes. */
        in_flight: Type.Integer(),
        /** Requests that wait for an instance. */
        waiting: Type.Integer(),
        promised_memory_mb: Type.Integer(),
        /** Started runtimes that wait for code. */
        prewarmed: Type.Integer(),
      }),
      /** Requests that wait for the concurrency of their account. */
      account: Type.Object({ waiting: Type.Integer() }),
      async: Type.Object({
        waiting: Type.Integer(),
        running: Type.Integer(),
        /** Outcomes that are not delivered yet. */
        deliveries: Type.Integer(),
        dead_letters: Type.Integer(),
      }),
    }),
  }),
  listRuntimes: route({
    method: 'GET',
    path: '/v1/runtimes',
    access: 'caller',
    group: 'runtimes',
    summary: 'Every runtime name, whether this machine has it and how to get it',
    response: Type.Object({ runtimes: Type.Array(Runtime) }),
  }),
  addRuntime: route({
    method: 'POST',
    path: '/v1/runtimes/{name}/add',
    action: 'platform:runtime:create',
    group: 'runtimes',
    summary: 'Register an interpreter in a folder of the server machine',
    params: RuntimeName,
    body: Type.Object({ from: Type.String({ minLength: 1, maxLength: 4096 }) }),
    response: Runtime,
  }),
  installRuntime: route({
    method: 'POST',
    path: '/v1/runtimes/{name}/install',
    action: 'platform:runtime:create',
    group: 'runtimes',
    summary: 'Fetch and register a runtime; one JSON object of progress a line, the last one with the runtime',
    params: RuntimeName,
    response: Type.Object({
      step: Type.String(),
      runtime: Type.Optional(Runtime),
      error: Type.Optional(Type.String()),
    }),
    responseEncoding: 'events',
  }),
} as const;
