import { bashCompletion, completionPlaces, fishCompletion, zshCompletion } from '../completion/index.ts';
import { type Command, defineCommand, GLOBAL_FLAGS, type Tree, usageError } from '../framework/index.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `fgs completion`: a script of the command tree that it is itself a part of. */
export const completionOf = (tree: () => Tree): Command =>
  defineCommand({
    name: 'completion',
    summary: 'Print a script that completes commands and flags in bash, zsh or fish',
    flags: {},
    args: [{ name: 'shell', summary: 'bash, zsh or fish' }],
    examples: [
      'source <(fgs completion bash)',
      'fgs completion zsh > ~/.zsh/completions/_fgs',
      'fgs completion fish > ~/.config/fish/completions/fgs.fish',
    ],
    async run({ args }) {
      if (!Object.hasOwn(SHELLS, args.shell))
        throw usageError(`no completion for ${JSON.stringify(args.shell)}`, 'bash, zsh or fish');
      const script = SHELLS[args.shell as keyof typeof SHELLS](completionPlaces(tree(), GLOBAL_FLAGS));
      const bytes = Buffer.from(script);
      return { kind: 'bytes', bytes, data: { shell: args.shell, script }, note: '' };
    },
  });
