import { type Encoding, FlowViolation, ROUTES, type Route } from '@funcgraph/api';

const CONTENT_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  raw: 'application/octet-stream',
  events: 'application/x-ndjson',
};

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function parameters(schema: ObjectSchema, place: 'path' | 'query'): object[] {
  return Object.entries(schema.properties).map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path' || (schema.required ?? []).includes(name),
    schema: part,
  }));
}

function isEmpty(schema: object): boolean {
  return 'properties' in schema && Object.keys(schema.properties as object).length === 0;
}

function content(schema: object, encoding: Encoding): object {
  return { [CONTENT_TYPE[encoding]]: { schema: encoding === 'raw' ? {} : schema } };
}

function operation(id: string, route: Route): object {
  const hasBody = route.bodyEncoding === 'raw' || !isEmpty(route.body);
  const success =
    isEmpty(route.response) && route.responseEncoding === 'json'
      ? {}
      : { content: content(route.response, route.responseEncoding) };
  return {
    operationId: id,
    summary: route.summary,
    tags: [route.group],
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(hasBody ? { requestBody: { required: true, content: content(route.body, route.bodyEncoding) } } : {}),
    responses: {
      [route.status]: { description: 'Done', ...success },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
    ...(route.auth === 'none' ? { security: [] } : {}),
  };
}

/** The whole API as an OpenAPI 3.1 document, made from the route table alone. */
export function openapiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [id, route] of Object.entries<Route>(ROUTES)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(id, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Funcgraph',
      version: '0.1.0',
      description:
        'Paths under /v2 are those of the FunctionGraph API, paths under /v3 those of its IAM, paths under /v1 our own.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8080' }],
    security: [{ signature: [] }, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'SDK-HMAC-SHA256 signature with an access key',
        },
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'Token of POST /v3/auth/tokens' },
      },
      schemas: {
        Error: {
          type: 'object',
          required: ['error_code', 'error_msg'],
          properties: {
            error_code: { type: 'string' },
            error_msg: { type: 'string' },
            hint: { type: 'string' },
            violations: {
              type: 'array',
              items: FlowViolation,
              description: 'With a refused flow: all rules that its definition breaks.',
            },
            request_id: { type: 'string' },
          },
        },
      },
    },
  };
}
