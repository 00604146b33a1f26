/**
 * Never part of a function: version control data and leftovers of editors and interpreters. `!name` brings one back.
 */
const ALWAYS = ['.git', '.hg', '.svn', '.DS_Store', '__pycache__/', '/.fgsignore'];

interface Rule {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  readonly pattern: RegExp;
}

/** `*` and `?` stay within a name, `**` crosses folders, `[...]` is a set. Runs of stars are one star: no slow patterns. */
function toRegExp(glob: string, anchored: boolean): RegExp {
  let source = anchored ? '^' : '^(?:.*/)?';
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i] ?? '';
    if (char === '*') {
      const stars = /^\*+/.exec(glob.slice(i))?.[0].length ?? 1;
      const folder = stars > 1 && glob[i + stars] === '/';
      source += folder ? '(?:[^/]+/)*' : stars > 1 ? '.*' : '[^/]*';
      i += stars - 1 + (folder ? 1 : 0);
    } else if (char === '?') source += '[^/]';
    else if (char === '[' && glob.indexOf(']', i + 2) > 0) {
      const end = glob.indexOf(']', i + 2);
      source += `[${glob
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replace(/[\\[]/g, '\\$&')}]`;
      i = end;
    } else {
      const literal = char === '\\' && i + 1 < glob.length ? (glob[++i] ?? '') : char;
      source += literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
  }
  return new RegExp(`${source}$`, 's');
}

function parseRule(line: string): Rule | undefined {
  let text = line.replace(/(?<!\\)[ \t\r]+$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  const anchored = text.includes('/');
  if (text.startsWith('/')) text = text.slice(1);
  return text === '' ? undefined : { negated, foldersOnly, pattern: toRegExp(text, anchored) };
}

/**
 * Reads the text of a `.fgsignore`: the rules of `.gitignore` (comments, `!`, trailing and leading slash, `*`, `**`,
 * `?`, sets); the last rule that matches decides. Paths are relative with `/`.
 */
export function ignoreRules(text: string): (path: string, isFolder: boolean) => boolean {
  const rules = [...ALWAYS, ...text.split('\n')].map(parseRule).filter((rule) => rule !== undefined);
  return (path, isFolder) => {
    let ignored = false;
    for (const rule of rules) {
      if ((!rule.foldersOnly || isFolder) && rule.pattern.test(path)) ignored = !rule.negated;
    }
    return ignored;
  };
}
