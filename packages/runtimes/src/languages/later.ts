import { FILE_PATTERN, MODULE_HANDLERS, moduleFile } from './handlers.ts';
import type { Language } from './language.ts';
import { INTERPRETER_ROOT } from './launch.ts';

export const php: Language = {
  id: 'php',
  versions: ['7.3', '8.3'],
  names: /^PHP(\d+\.\d+)$/,
  nameOf: (version) => `PHP${version}`,
  handlers: MODULE_HANDLERS,
  inline: { fileName: moduleFile('.php'), example: undefined },
  suggested: 'PHP8.3',
  lanes: () => false,
  shims: [],
  run: { kind: 'later', pathOf: (version) => `${INTERPRETER_ROOT}/php${version}/rtsp/php/bin/php` },
};

export const dotnet: Language = {
  id: 'dotnet',
  versions: ['2.1', '3.1', '6.0'],
  names: /^C#\(\.NET Core (\d+\.\d+)\)$/,
  nameOf: (version) => `C#(.NET Core ${version})`,
  handlers: {
    form: '[assembly]::[namespace].[class]::[method]',
    pattern: /^[\w.-]+::[\w.]+::\w+$/,
    usual: undefined,
  },
  inline: undefined,
  suggested: 'C#(.NET Core 6.0)',
  lanes: () => false,
  shims: [],
  run: { kind: 'later', pathOf: (version) => `${INTERPRETER_ROOT}/dotnet${version}/rtsp/dotnet/dotnet` },
};

export const cangjie: Language = {
  id: 'cangjie',
  versions: ['1.0'],
  names: /^Cangjie(\d+\.\d+)$/,
  nameOf: (version) => `Cangjie${version}`,
  handlers: { form: 'a file name', pattern: FILE_PATTERN, usual: undefined },
  inline: undefined,
  suggested: 'Cangjie1.0',
  lanes: () => false,
  shims: [],
  run: { kind: 'later', pathOf: () => undefined },
};
