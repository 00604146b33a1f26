import type { RouteResponse, Routes } from '@funcgraph/api';
import { useTexts } from '../../../i18n/index.ts';

type Check = RouteResponse<Routes['showDoctor']>['checks'][number];

const NAMES = {
  disk: 'names.disk',
  memory: 'names.memory',
  runtimes: 'names.runtimes',
  storage: 'names.storage',
  network: 'names.network',
  inside: 'names.inside',
  rights: 'names.rights',
  starts: 'names.starts',
  s3: 'names.s3',
} as const;

const DETAILS = {
  'disk.space': 'details.diskSpace',
  'memory.size': 'details.memorySize',
  'runtimes.found': 'details.runtimesFound',
  'runtimes.none': 'details.runtimesNone',
  'network.closed': 'details.networkClosed',
  'network.own': 'details.networkOwn',
  'network.open': 'details.networkOpen',
  'network.gap': 'details.networkGap',
  'inside.open': 'details.insideOpen',
  'inside.process': 'details.insideProcess',
  'inside.closed': 'details.insideClosed',
  'rights.none': 'details.rightsNone',
  'rights.users': 'details.rightsUsers',
  'rights.shared': 'details.rightsShared',
  'starts.process': 'details.startsProcess',
  'starts.launcher': 'details.startsLauncher',
  'starts.bubblewrap': 'details.startsBubblewrap',
  's3.service': 'details.s3Service',
} as const;

const HINTS = {
  'disk.space': 'hints.diskSpace',
  'runtimes.none': 'hints.runtimesNone',
  'network.closed': 'hints.networkClosed',
  'network.gap': 'hints.networkGap',
  'inside.process': 'hints.insideProcess',
  'inside.closed': 'hints.insideClosed',
  'rights.none': 'hints.rights',
  'rights.users': 'hints.rights',
  'rights.shared': 'hints.rights',
  'starts.bubblewrap': 'hints.startsBubblewrap',
  's3.service': 'hints.s3Service',
} as const;

const has = <T extends object>(texts: T, code: string): code is Extract<keyof T, string> => Object.hasOwn(texts, code);

/** What a check found in the language of the page; in the words of the server if the console does not know its code. */
export function useCheckText(): (check: Check) => { name: string; detail: string; hint: string } {
  const { t } = useTexts('health');
  return ({ code = '', name, detail, hint = '', values = {} }) => {
    const [kind = ''] = code.split('.');
    const named = {
      service: '',
      free: '',
      folder: '',
      size: '',
      names: '',
      server: '',
      agent: '',
      endpoint: '',
      answer: '',
    };
    const filled = { ...named, ...values, detail };
    return {
      name: has(NAMES, kind) ? t(NAMES[kind], filled) : name,
      detail: has(DETAILS, code) ? t(DETAILS[code], filled) : detail,
      hint: hint !== '' && has(HINTS, code) ? t(HINTS[code]) : hint,
    };
  };
}
