import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntdApp, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { showLanguage, shownLanguage } from '../i18n/index.ts';
import { loadAgain } from '../parts/load-again.ts';
import { prefer, usePreferences } from '../preferences/index.ts';
import type { createConsoleRouter } from './router.tsx';
import { themeOf } from './theme.ts';
import { ThemeVariables } from './theme-variables.tsx';
import { useMedia } from './use-media.ts';
import { useThemeName } from './use-theme-name.ts';

const button = { autoInsertSpace: false };
/** Several lie on each other until the pointer rests on them. */
const notification = { stack: { threshold: 1, offset: 4 } };

interface AppProps extends ReturnType<typeof createConsoleRouter> {
  /** Antd's, in the first language. */
  readonly words: Locale;
}

/** The whole console. */
export function App({ words, router, queries }: AppProps) {
  const [locale, setLocale] = useState(words);
  const language = usePreferences((preferences) => preferences.language);
  const theme = useThemeName();
  const isCalm = useMedia('(prefers-reduced-motion: reduce)');

  useEffect(() => {
    let current = true;
    loadAgain(() => showLanguage(language)).then(
      (loaded) => {
        if (current) setLocale(loaded);
      },
      // its texts could not be loaded: the present ones stay
      () => prefer({ language: shownLanguage() }),
    );
    return () => {
      current = false;
    };
  }, [language]);

  return (
    <ConfigProvider locale={locale} theme={themeOf(theme, !isCalm)} button={button}>
      <ThemeVariables name={theme} />
      <AntdApp notification={notification}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  );
}
