import { ConfigProvider, type FormInstance } from 'antd';
import { useContext, useEffect, useRef } from 'react';

/** Problems that a form shows are said again in a language that is chosen later; what the server said stays. */
export function useFormLanguage<Fields>(form: FormInstance<Fields>): void {
  const { locale } = useContext(ConfigProvider.ConfigContext);
  const shown = useRef(locale);
  useEffect(() => {
    if (shown.current === locale) return;
    shown.current = locale;
    const wrong = form.getFieldsError().filter(({ errors }) => errors.length > 0);
    if (wrong.length === 0) return;
    form.validateFields(wrong.map(({ name }) => name) as never).then(
      () => restore(),
      () => restore(),
    );
    // a field that keeps its rules was refused by the server
    const restore = () => {
      const passed = wrong.filter(({ name }) => form.getFieldError(name as never).length === 0);
      form.setFields(passed.map(({ name, errors }) => ({ name: name as never, errors })));
    };
  }, [form, locale]);
}
