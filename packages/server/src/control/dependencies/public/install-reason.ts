const MAX_CHARS = 400;

/** The sentence of npm or pip about the cause, without their lines about codes, logs and retries. */
export function installReason(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const telling = lines
    .filter((line) => /^(npm error|ERROR)\b/.test(line) && !/complete log|^npm error code\b/.test(line))
    .map((line) => line.replace(/^(?:npm error(?: [a-z]+(?= )| \d{3})?|ERROR:) */, ''));
  const text = [...telling, ...lines].find((line) => line !== '') ?? 'it printed no reason';
  return text.slice(0, MAX_CHARS);
}
