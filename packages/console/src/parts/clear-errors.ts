import type { FormInstance } from 'antd';

type Changed = { readonly [name: string | number]: unknown };

const isAmong = (changed: unknown, [name, ...rest]: readonly (string | number)[]): boolean =>
  name === undefined ||
  (typeof changed === 'object' && changed !== null && name in changed && isAmong((changed as Changed)[name], rest));

/** For `onValuesChange`: a field that is checked when it is left shows no error while it is corrected. */
export const clearErrors =
  ({ getFieldsError, setFields }: Pick<FormInstance, 'getFieldsError' | 'setFields'>) =>
  (changed: object): void => {
    const refused = getFieldsError().filter(({ name, errors }) => errors.length > 0 && isAmong(changed, name));
    setFields(refused.map(({ name }) => ({ name, errors: [] })));
  };
