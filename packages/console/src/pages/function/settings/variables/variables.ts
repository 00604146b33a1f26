import { environmentChars, environmentFault, MASK } from '@funcgraph/api/environment';
import type { ShownFunction } from '../../shown-function.ts';
import type { ConfigChange } from '../section.ts';

export interface Variable {
  readonly name?: string;
  readonly value?: string;
  readonly isSecret?: boolean;
  /** The name under which the server has an encrypted value that it never shows. */
  readonly stored?: string;
}

export interface VariableFields {
  readonly variables: readonly Variable[];
}

const objectIn = (text: string) => JSON.parse(text || '{}') as Record<string, string>;

export function readVariables({ user_data, encrypted_user_data }: ShownFunction['config']): VariableFields {
  const plain = Object.entries(objectIn(user_data)).map(([name, value]) => ({ name, value, isSecret: false }));
  const secret = Object.keys(objectIn(encrypted_user_data)).map((name) => ({
    name,
    value: '',
    isSecret: true,
    stored: name,
  }));
  return { variables: [...plain, ...secret] };
}

/** Whether the value stays as it is stored: it was not written again. */
const isKept = ({ name, value = '', isSecret, stored }: Variable): boolean =>
  isSecret === true && stored !== undefined && stored === name && value === '';

const sentValue = (variable: Variable): string => (isKept(variable) ? MASK : (variable.value ?? ''));

function textOf(variables: readonly Variable[]): string {
  const entries = variables.flatMap((variable) => (variable.name ? [[variable.name, sentValue(variable)]] : []));
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries));
}

export const writeVariables = ({ variables }: VariableFields): ConfigChange => ({
  user_data: textOf(variables.filter(({ isSecret }) => isSecret !== true)),
  encrypted_user_data: textOf(variables.filter(({ isSecret }) => isSecret === true)),
});

export type NameProblem = 'missing' | 'name' | 'reserved' | 'twice';

export function nameProblem(variables: readonly Variable[], at: number): NameProblem | undefined {
  const name = variables[at]?.name ?? '';
  if (name === '') return 'missing';
  const fault = environmentFault({ [name]: '' })?.fault;
  if (fault === 'name' || fault === 'reserved') return fault;
  return variables.some((other, place) => place !== at && other.name === name) ? 'twice' : undefined;
}

/** A stored value cannot be read, so it neither becomes plain nor gets another name. */
export const needsValue = (variable: Variable): boolean =>
  variable.stored !== undefined && (variable.value ?? '') === '' && !isKept(variable);

/** Characters of all names and of the values that the page knows. */
export const knownChars = (variables: readonly Variable[]): number =>
  variables.reduce((sum, { name = '', value = '' }) => sum + environmentChars({ [name]: value }), 0);
