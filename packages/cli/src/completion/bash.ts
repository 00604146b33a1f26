import type { CompletionPlace } from './completion-words.ts';

const quoted = (words: readonly string[]): string => `'${words.join(' ')}'`;

function placeCase({ words, next, flags }: CompletionPlace): string {
  const names = flags.map(({ name }) => `--${name}`);
  const valued = flags.filter(({ takesValue }) => takesValue);
  const values = valued.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);
  return `    '${words}') next=${quoted(next.map(({ word }) => word))} flags=${quoted(names)} values=${quoted(values)} ;;`;
}

function choiceCases(places: readonly CompletionPlace[]): string {
  const lines = places.flatMap(({ words, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ name, choices }) =>
          `    '${words} --${name}') choices=${quoted(choices.map((c) => c.replaceAll(' ', '\\ ')))} ;;`,
      ),
  );
  return lines.join('\n');
}

/** A script for bash: the words of the tree, and files where a value or an argument stands. */
export function bashCompletion(places: readonly CompletionPlace[]): string {
  return `# Completion of fgs for bash; made by: fgs completion bash
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
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local place= next= flags= values= choices= word i
  _fgs_place ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ! _fgs_place "\${place:+$place }$word"; then
      # flags stand behind all words of the command
      break
    fi
    place="\${place:+$place }$word"
  done
  COMPREPLY=()
  if [[ " $values " == *" $previous "* ]]; then
    _fgs_choices "$place $previous" && COMPREPLY=($(compgen -W "$choices" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $next ]]; then
    COMPREPLY=($(compgen -W "$next" -- "$current"))
  fi
}
complete -o bashdefault -o default -F _fgs fgs
`;
}
