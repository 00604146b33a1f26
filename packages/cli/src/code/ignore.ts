import ignore, { type Ignore } from 'ignore';

/**
 * Never part of a function: version control data and leftovers of editors and interpreters. `!name` in a `.fgsignore`
 * brings one back.
 */
const ALWAYS = ['.git', '.hg', '.svn', '.DS_Store', '__pycache__/', '.gitignore', '/.fgsignore'];

/** Installed packages: version control leaves them out, a function needs them. */
const PACKAGES = /(^|\/)node_modules(\/|$)/;

const rulesOf = (...texts: (string | readonly string[])[]): Ignore =>
  texts.reduce<Ignore>((rules, text) => rules.add(text), ignore({ ignorecase: false }));

export type IgnoredBy = 'rule' | '.gitignore';

/**
 * Which files of a folder stay out. A `.fgsignore` takes the place of all `.gitignore` files; without it, each of these
 * counts for its own folder and those below, but never for `node_modules`. Rules by letter case; paths are relative with
 * `/`.
 */
export class IgnoreRules {
  readonly #own: Ignore;
  readonly #readsGit: boolean;
  readonly #git: { readonly base: string; readonly rules: Ignore }[] = [];

  constructor(fgsignore: string | undefined) {
    this.#own = rulesOf(ALWAYS, fgsignore ?? '');
    this.#readsGit = fgsignore === undefined;
  }

  /** Whether the `.gitignore` of this folder counts; '' is the function's own. */
  reads(folder: string): boolean {
    return this.#readsGit && !PACKAGES.test(folder);
  }

  addGitignore(folder: string, text: string): void {
    this.#git.push({ base: folder === '' ? '' : `${folder}/`, rules: rulesOf(text) });
  }

  ignores(path: string, isFolder: boolean): IgnoredBy | undefined {
    const text = isFolder ? `${path}/` : path;
    if (this.#own.ignores(text)) return 'rule';
    if (PACKAGES.test(path)) return undefined;
    let found = false;
    for (const { base, rules } of this.#git) {
      if (!text.startsWith(base)) continue;
      // a file nearer to the path wins over those above it
      const { ignored, unignored } = rules.test(text.slice(base.length));
      if (ignored) found = true;
      else if (unignored) found = false;
    }
    return found ? '.gitignore' : undefined;
  }
}
