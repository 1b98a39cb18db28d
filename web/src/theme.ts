/** How Baton looks: petrol ink on paper, amber for the baton itself. Sizes are for people who work in it all day. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#ebf6f5',
  '#d3e9e7',
  '#a9d4d0',
  '#7cc0ba',
  '#56b3ab',
  '#2d938e',
  '#14807b',
  '#0b6864',
  '#07524f',
  '#043b39',
];
const amber: MantineColorsTuple = [
  '#fdf4e0',
  '#fae6bd',
  '#f6d48a',
  '#f4c464',
  '#f2b544',
  '#d99718',
  '#a86f06',
  '#875803',
  '#684302',
  '#4a2f01',
];
const gray: MantineColorsTuple = [
  '#f7f9f8',
  '#eef2f1',
  '#e2e8e6',
  '#d0d8d6',
  '#b3bfbc',
  '#8e9c99',
  '#5a6865',
  '#43504d',
  '#2d3836',
  '#1a2221',
];
const dark: MantineColorsTuple = [
  '#dbe3e1',
  '#bcc8c5',
  '#9aa8a5',
  '#71807c',
  '#42504d',
  '#303c3a',
  '#232d2b',
  '#161d1c',
  '#101615',
  '#0a0e0e',
];

// No font is downloaded; the Chinese ones are those that Windows, macOS, Android and Linux bring.
const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei UI", "Microsoft YaHei", ' +
  '"Noto Sans CJK SC", "Source Han Sans SC", sans-serif';
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono", monospace';

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { petrol, amber, gray, dark },
  white: '#ffffff',
  black: '#1a2221',
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { md: '1.5' },
  headings: {
    fontFamily: SANS,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.25rem', xl: '1.75rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  // By name: importing the components here would load them all with the first page.
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm' }, styles: { root: { textTransform: 'none' } } },
    Card: { defaultProps: { withBorder: true, padding: 'md' } },
    Modal: { defaultProps: { centered: true } },
    Paper: { defaultProps: { withBorder: true } },
    Skeleton: { defaultProps: { radius: 'sm' } },
    Table: { defaultProps: { verticalSpacing: 'xs', horizontalSpacing: 'sm', highlightOnHover: true } },
    Tabs: { defaultProps: { keepMounted: false } },
    Text: { defaultProps: { size: 'md' } },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: true } },
    },
  },
});

/** Where Mantine's own choices would be too faint to read. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-error': '#b3261e',
    '--baton-ground': gray[0],
    '--baton-rail': gray[1],
    '--baton-line': gray[2],
  },
  dark: {
    '--mantine-color-body': dark[7],
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-error': '#ff9c94',
    '--mantine-color-petrol-light': petrol[9],
    '--mantine-color-petrol-light-hover': petrol[8],
    '--mantine-color-petrol-light-color': petrol[1],
    '--baton-ground': dark[8],
    '--baton-rail': dark[8],
    '--baton-line': dark[5],
  },
});
