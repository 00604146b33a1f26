import { theme as antd } from 'antd';
import { useLayoutEffect } from 'react';
import type { ThemeName } from './theme.ts';

/** Gives the colours of the theme to our own style sheets. */
export function ThemeVariables({ name }: { name: ThemeName }) {
  const { token } = antd.useToken();
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = name;
    const colors = {
      text: token.colorText,
      muted: token.colorTextDescription,
      link: token.colorLink,
      accent: token.colorPrimary,
      page: token.colorBgLayout,
      surface: token.colorBgContainer,
      raised: token.colorBgElevated,
      line: token.colorBorderSecondary,
      hover: token.colorFillTertiary,
      chosen: token.controlItemBgActive,
      code: token.colorFillQuaternary,
      success: token.colorSuccess,
      warning: token.colorWarning,
      'warning-surface': token.colorWarningBg,
      error: token.colorError,
    };
    for (const [color, value] of Object.entries(colors)) root.style.setProperty(`--${color}`, value);
    root.style.setProperty('--font', token.fontFamily);
    root.style.setProperty('--font-code', token.fontFamilyCode);
  }, [name, token]);
  return null;
}
