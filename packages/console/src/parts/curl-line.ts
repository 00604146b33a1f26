import { shellWord } from './shell-word.ts';

interface HttpCall {
  readonly method: string;
  /** With `{name}` in place of each parameter. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The request as a line for a shell that has a token of the IAM in TOKEN. */
export function curlLine(origin: string, { method, path, params, body }: HttpCall): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  return [
    ...['curl', '-X', method, shellWord(`${origin}${filled}`), '-H', '"X-Auth-Token: $TOKEN"'],
    ...(body === undefined ? [] : ['-H', "'Content-Type: application/json'", '-d', shellWord(JSON.stringify(body))]),
  ].join(' ');
}
