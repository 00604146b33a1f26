import type { CompletionPlace } from './completion-words.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function placeLines({ words, next, flags }: CompletionPlace): string[] {
  const condition = quoted(`__fgs_at ${words}`.trim());
  const within = quoted(`__fgs_in ${words}`.trim());
  return [
    ...next.map(({ word, summary }) => `complete -c fgs -f -n ${condition} -a ${word} -d ${quoted(summary)}`),
    ...flags.map(({ name, short, takesValue, choices, summary }) => {
      const value =
        choices.length > 0
          ? ` -x -a ${quoted(choices.map((c) => c.replaceAll(' ', '\\ ')).join(' '))}`
          : takesValue
            ? ' -r'
            : '';
      return `complete -c fgs -n ${within} -l ${name}${short === undefined ? '' : ` -s ${short}`}${value} -d ${quoted(summary)}`;
    }),
  ];
}

/** A script for fish, for a file \`completions/fgs.fish\`. */
export function fishCompletion(places: readonly CompletionPlace[]): string {
  return `# Completion of fgs for fish; made by: fgs completion fish
function __fgs_words
    set -l words (commandline -opc)
    for word in $words[2..-1]
        # flags stand behind all words of the command
        string match -q -- '-*' $word; and break
        echo $word
    end
end
function __fgs_at
    test "$(__fgs_words | string join ' ')" = "$(string join ' ' -- $argv)"
end
function __fgs_in
    set -l words (__fgs_words)
    set -l count (count $argv)
    test (count $words) -ge $count; and test "$(string join ' ' -- $words[1..$count])" = "$(string join ' ' -- $argv)"
end
complete -c fgs -e
${places.flatMap(placeLines).join('\n')}
`;
}
