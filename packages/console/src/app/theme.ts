import { theme as antd, type ThemeConfig } from 'antd';

/** Colours whose contrast is at least 4.5 to 1, which those of antd do not all reach. */
const LIGHT = {
  colorPrimary: '#0958d9',
  // antd's are lighter, too light below white text
  colorPrimaryHover: '#003eb3',
  colorPrimaryActive: '#002c8c',
  colorLink: '#0958d9',
  colorLinkHover: '#003eb3',
  colorInfo: '#0958d9',
  colorSuccess: '#237804',
  colorSuccessBg: '#f0f9eb',
  colorSuccessBorder: '#b7dfa3',
  colorWarning: '#ad5300',
  colorWarningBg: '#fff7e6',
  colorWarningBorder: '#ffd591',
  colorError: '#cf1322',
  colorErrorBg: '#fff1f0',
  colorTextDescription: 'rgba(0, 0, 0, 0.65)',
  colorTextTertiary: 'rgba(0, 0, 0, 0.65)',
  colorTextPlaceholder: 'rgba(0, 0, 0, 0.62)',
  // antd's opacity of 0.25 has too little contrast for disabled fields, which people still read
  colorTextDisabled: 'rgba(0, 0, 0, 0.5)',
  colorBgLayout: '#f6f7f9',
  colorBorderSecondary: '#e6e8ec',
};

const DARK = {
  colorPrimary: '#1668dc',
  colorPrimaryHover: '#1459bf',
  colorPrimaryActive: '#114a9f',
  colorLink: '#8fbfff',
  colorLinkHover: '#b5d4ff',
  colorInfo: '#8fbfff',
  colorSuccess: '#6abe39',
  colorWarning: '#e8b339',
  colorError: '#ff7875',
  colorTextDescription: 'rgba(255, 255, 255, 0.65)',
  colorTextTertiary: 'rgba(255, 255, 255, 0.65)',
  colorTextPlaceholder: 'rgba(255, 255, 255, 0.62)',
  colorTextDisabled: 'rgba(255, 255, 255, 0.5)',
  colorBgLayout: '#101214',
  colorBgContainer: '#16191d',
  colorBgElevated: '#1e2227',
  colorBorder: '#3c424a',
  colorBorderSecondary: '#2a2f36',
};

/** The border of what is chosen or not. */
const LIGHT_CHOICE = '#8a9099';
const DARK_CHOICE = '#747b86';

export type ThemeName = 'light' | 'dark';

export const themeOf = (name: ThemeName, motion: boolean): ThemeConfig => ({
  // one version of antd is on the page: no selector has to say which
  hashed: false,
  algorithm: name === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
  token: {
    ...(name === 'dark' ? DARK : LIGHT),
    motion,
    borderRadius: 6,
    fontFamily:
      "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', Roboto, sans-serif",
    fontFamilyCode: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace",
  },
  components: {
    // white would be too light on the red of the dark theme, and the colour of buttons too dark for text
    Button:
      name === 'dark'
        ? { dangerColor: '#1a0505', defaultHoverColor: DARK.colorLink, defaultActiveColor: DARK.colorLink }
        : {},
    // the colour of buttons is too dark for text
    Tabs: {
      itemSelectedColor: name === 'dark' ? DARK.colorLink : LIGHT.colorLink,
      itemHoverColor: name === 'dark' ? DARK.colorLink : LIGHT.colorLink,
    },
    // what shows where to click has a contrast of at least 3 to 1
    Radio: { colorBorder: name === 'dark' ? DARK_CHOICE : LIGHT_CHOICE },
    Checkbox: { colorBorder: name === 'dark' ? DARK_CHOICE : LIGHT_CHOICE },
    // within the top bar and the margin below it, above the buttons of pages
    Notification: {
      width: 480,
      paddingMD: 5,
      paddingLG: 8,
      paddingContentHorizontalLG: 22,
      marginLG: 8,
      margin: 8,
      marginSM: 8,
      marginXS: 2,
      fontSize: 12,
      lineHeight: 1.5,
      fontSizeLG: 14,
      lineHeightLG: 1.5,
    },
    // marks of changed files stand on it
    Tree:
      name === 'dark'
        ? { directoryNodeSelectedBg: '#15325b', directoryNodeSelectedColor: DARK.colorLink }
        : { directoryNodeSelectedBg: '#e6f4ff', directoryNodeSelectedColor: LIGHT.colorLink },
    Dropdown: { colorPrimary: name === 'dark' ? DARK.colorLink : LIGHT.colorLink },
    Table: {
      // not transparent: rows pass below the heading of a fixed column
      headerBg: name === 'dark' ? DARK.colorBgContainer : '#fff',
      headerColor: name === 'dark' ? DARK.colorTextDescription : LIGHT.colorTextDescription,
      headerSplitColor: 'transparent',
      cellPaddingInlineMD: 12,
    },
  },
});
