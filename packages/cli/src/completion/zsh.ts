import type { CompletionPlace } from './completion-words.ts';

/** Within single quotes; `_describe` takes the text behind the first colon for the description. */
const described = (word: string, summary: string): string =>
  `'${word.replaceAll(':', '\\:')}:${summary.replaceAll("'", "'\\''")}'`;

function placeCase({ words, next, flags }: CompletionPlace): string {
  const values = flags
    .filter(({ takesValue }) => takesValue)
    .flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
  return `    '${words}')
      next=(${next.map(({ word, summary }) => described(word, summary)).join(' ')})
      flags=(${flags.map(({ name, summary }) => described(`--${name}`, summary)).join(' ')})
      values=(${values.join(' ')}) ;;`;
}

const choiceCases = (places: readonly CompletionPlace[]): string =>
  places
    .flatMap(({ words, flags }) =>
      flags
        .filter(({ choices }) => choices.length > 0)
        .map(({ name, choices }) => `    '${words} --${name}') choices=(${choices.map((c) => `'${c}'`).join(' ')}) ;;`),
    )
    .join('\n');

/** A script for zsh, to be named \`_fgs\` in a folder of \`fpath\`, or to be sourced. */
export function zshCompletion(places: readonly CompletionPlace[]): string {
  return `#compdef fgs
# Completion of fgs for zsh; made by: fgs completion zsh
_fgs_place() {
  case "$1" in
${places.map(placeCase).join('\n')}
    *) return 1 ;;
  esac
}

_fgs_choices() {
  case "$1" in
${choiceCases(places)}
    *) return 1 ;;
  esac
}

_fgs() {
  local place= word i previous=\${words[CURRENT-1]}
  local -a next flags values choices
  _fgs_place ''
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    # flags stand behind all words of the command
    _fgs_place "\${place:+$place }$word" || break
    place="\${place:+$place }$word"
  done
  if (( \${values[(Ie)$previous]} )); then
    if _fgs_choices "$place $previous"; then compadd -a choices; else _files; fi
  elif [[ \${words[CURRENT]} == -* ]]; then
    _describe 'flag' flags
  elif (( \${#next} )); then
    _describe 'command' next
  else
    _files
  fi
}
if [[ \${funcstack[1]} == _fgs ]]; then _fgs "$@"; else compdef _fgs fgs; fi
`;
}
