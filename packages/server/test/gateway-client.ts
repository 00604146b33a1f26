import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly code: string;
}

export interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** With the target and the host exactly as given. */
export function callGateway(
  gateway: string,
  target: string,
  { method = 'GET', headers = {}, body, host = '' }: Sent,
): Promise<Answer> {
  const { hostname, port } = new URL(gateway);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: hostname, port, path: target, method, headers: { ...headers, host } },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const code = /"error_code":"([^"]+)"/.exec(text)?.[1] ?? '';
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code });
      },
    );
    request.on('error', reject).end(body);
  });
}
