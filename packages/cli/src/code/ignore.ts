import ignore from 'ignore';

/**
 * Never part of a function: version control data and leftovers of editors and interpreters. `!name` brings one back.
 */
const ALWAYS = ['.git', '.hg', '.svn', '.DS_Store', '__pycache__/', '/.fgsignore'];

/** Reads the text of a `.fgsignore`: the rules of `.gitignore`, by letter case. Paths are relative with `/`. */
export function ignoreRules(text: string): (path: string, isFolder: boolean) => boolean {
  const rules = ignore({ ignorecase: false }).add(ALWAYS).add(text);
  return (path, isFolder) => rules.ignores(isFolder ? `${path}/` : path);
}
