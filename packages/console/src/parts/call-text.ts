import { shellWord } from './shell-word.ts';

interface HttpCall {
  readonly method: string;
  /** With `{name}` in place of each parameter. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The request as a line for a shell that has a token of the IAM in TOKEN. */
export function curlLine(origin: string, call: HttpCall): string {
  const { method, body } = call;
  return [
    ...['curl', '-X', method, shellWord(`${origin}${filledPath(call)}`), '-H', '"X-Auth-Token: $TOKEN"'],
    ...(body === undefined ? [] : ['-H', "'Content-Type: application/json'", '-d', shellWord(JSON.stringify(body))]),
  ].join(' ');
}

/**
 * The request as a message, as HTTP clients of editors read it from a file, with a token of the IAM in the variable `token`.
 */
export function httpText(origin: string, call: HttpCall): string {
  const { method, body } = call;
  // escapes of JSON keep line ends out of the head
  const content = body === undefined ? [] : ['Content-Type: application/json', '', JSON.stringify(body, null, 2)];
  return [`${method} ${origin}${filledPath(call)} HTTP/1.1`, 'X-Auth-Token: {{token}}', ...content].join('\n');
}

const filledPath = ({ path, params }: HttpCall): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
