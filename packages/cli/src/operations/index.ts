export {
  type Argument,
  FUNCTION,
  functionOf,
  type Lookup,
  type NamedFunction,
  QUALIFIED_FUNCTION,
  word,
} from './argument.ts';
export { operation } from './operation.ts';
