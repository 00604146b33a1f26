import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../server.ts';

/** A job of the guide about CI. */
export interface Job {
  readonly file: string;
  readonly image: string;
  readonly isPrivileged: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

interface GitHubJob {
  readonly 'runs-on': string;
  readonly container: { readonly image: string; readonly options: string };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

interface GitLabJob {
  readonly image: string | { readonly name: string; readonly entrypoint: readonly string[] };
  readonly variables: Readonly<Record<string, string>>;
  readonly script: readonly string[];
}

/** In the order of the guide. */
export async function ciJobs(): Promise<Job[]> {
  const page = await readFile(join(ROOT, 'docs/guides/ci.md'), 'utf8');
  return Array.from(page.matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms), ([, file = '', text = '']) => {
    const content = parse(text, { strict: true, uniqueKeys: true });
    return file.startsWith('.github/') ? ofGitHub(file, content.jobs.test) : ofGitLab(file, content.test);
  });
}

function ofGitHub(file: string, { container, steps }: GitHubJob): Job {
  const commands = steps.flatMap(({ uses, run }) => {
    if ((uses === undefined) === (run === undefined)) throw new Error(`${file}: a step either uses or runs something`);
    return run ?? [];
  });
  const isPrivileged = container.options === '--privileged';
  return { file, image: container.image, isPrivileged, variables: {}, commands };
}

function ofGitLab(file: string, { image, variables, script }: GitLabJob): Job {
  for (const command of script) if (typeof command !== 'string') throw new Error(`${file}: a command is no text`);
  const name = typeof image === 'string' ? image : image.name;
  return { file, image: name, isPrivileged: false, variables, commands: script };
}
