import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntdApp, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { showLanguage } from '../i18n/index.ts';
import { usePreferences } from '../preferences/index.ts';
import { createConsoleRouter } from './router.tsx';
import { themeOf } from './theme.ts';
import { ThemeVariables } from './theme-variables.tsx';
import { useThemeName } from './use-theme-name.ts';

const button = { autoInsertSpace: false };

/** The whole console. `words` are antd's in the first language. */
export function App({ words }: { words: Locale }) {
  const [{ router, queries }] = useState(createConsoleRouter);
  const [locale, setLocale] = useState(words);
  const language = usePreferences((preferences) => preferences.language);
  const theme = useThemeName();

  useEffect(() => {
    let current = true;
    void showLanguage(language).then((loaded) => {
      if (current) setLocale(loaded);
    });
    return () => {
      current = false;
    };
  }, [language]);

  return (
    <ConfigProvider locale={locale} theme={themeOf(theme)} button={button}>
      <ThemeVariables name={theme} />
      <AntdApp>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  );
}
