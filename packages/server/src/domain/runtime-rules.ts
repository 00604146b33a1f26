/** Languages whose handlers have one form. */
export type Language = 'node' | 'python' | 'java' | 'go' | 'php' | 'csharp' | 'custom' | 'http' | 'image' | 'cangjie';

export interface RuntimeRules {
  readonly language: Language;
  /** The form that a handler must have, in words for a message. */
  readonly handlerForm: string;
  readonly handlerPattern: RegExp;
  /** Used when the request names none; undefined where a handler is required. */
  readonly defaultHandler: string | undefined;
  /** Ending of the one file that inline code becomes; undefined where code cannot be inline. */
  readonly inlineSuffix: string | undefined;
}

const FOLDERS = '(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*';
const MODULE_HANDLER = {
  handlerForm: '[file].[function], such as index.handler',
  handlerPattern: new RegExp(`^${FOLDERS}[A-Za-z0-9_-][A-Za-z0-9_.-]*\\.[A-Za-z_$][A-Za-z0-9_$]*$`),
  defaultHandler: 'index.handler',
};
const PROGRAM = new RegExp(`^${FOLDERS}[A-Za-z0-9_-][A-Za-z0-9_.-]*$`);

const RULES: readonly (readonly [RegExp, RuntimeRules])[] = [
  [/^Node\.js\d+(?:\.\d+)?$/, { language: 'node', ...MODULE_HANDLER, inlineSuffix: '.js' }],
  [/^Python\d+\.\d+$/, { language: 'python', ...MODULE_HANDLER, inlineSuffix: '.py' }],
  [/^PHP\d+\.\d+$/, { language: 'php', ...MODULE_HANDLER, inlineSuffix: '.php' }],
  [
    /^Java\d+$/,
    {
      language: 'java',
      handlerForm: '[package].[class].[method]',
      handlerPattern: /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){2,}$/,
      defaultHandler: undefined,
      inlineSuffix: undefined,
    },
  ],
  [
    /^Go\d+\.(?:\d+|x)$/,
    {
      language: 'go',
      handlerForm: 'the name of the program in the archive',
      handlerPattern: PROGRAM,
      defaultHandler: 'handler',
      inlineSuffix: undefined,
    },
  ],
  [
    /^C#\(\.NET Core \d+\.\d+\)$/,
    {
      language: 'csharp',
      handlerForm: '[assembly]::[namespace].[class]::[method]',
      handlerPattern: /^[\w.-]+::[\w.]+::\w+$/,
      defaultHandler: undefined,
      inlineSuffix: undefined,
    },
  ],
  [
    /^Custom$/,
    {
      language: 'custom',
      handlerForm: 'a file name, usually bootstrap',
      handlerPattern: PROGRAM,
      defaultHandler: 'bootstrap',
      inlineSuffix: '',
    },
  ],
  [
    /^http$/,
    {
      language: 'http',
      handlerForm: 'bootstrap',
      handlerPattern: /^(?:bootstrap|-)$/,
      defaultHandler: 'bootstrap',
      inlineSuffix: '',
    },
  ],
  [
    /^Custom Image$/,
    { language: 'image', handlerForm: '-', handlerPattern: /^-$/, defaultHandler: '-', inlineSuffix: undefined },
  ],
  [
    /^Cangjie\d+\.\d+$/,
    {
      language: 'cangjie',
      handlerForm: 'a file name',
      handlerPattern: PROGRAM,
      defaultHandler: undefined,
      inlineSuffix: undefined,
    },
  ],
];

export const MAX_HANDLER_CHARS = 128;

/**
 * The rules of a runtime name, or undefined when no language has such a name. Independent of the runtimes installed on
 * this machine.
 */
export function runtimeRules(runtime: string): RuntimeRules | undefined {
  return RULES.find(([pattern]) => pattern.test(runtime))?.[1];
}

/** Whether `handler` has the form its language needs; also for initializers, which have the same. */
export function handlerFits(rules: RuntimeRules, handler: string): boolean {
  return handler.length <= MAX_HANDLER_CHARS && rules.handlerPattern.test(handler);
}

/** The file name for inline code, taken from the handler. Undefined where code cannot be inline. */
export function inlineFileName(rules: RuntimeRules, handler: string): string | undefined {
  if (rules.inlineSuffix === undefined) return undefined;
  if (rules.inlineSuffix === '') return 'bootstrap';
  return handler.slice(0, handler.lastIndexOf('.')) + rules.inlineSuffix;
}
