import FunctionOutlined from '@ant-design/icons/es/icons/FunctionOutlined';
import { page } from './routes.tsx';

/** All pages, in the order of the navigation. A new page is one folder below `pages/` and one line here. */
export const PAGES = [
  page('/functions', () => import('../pages/functions/function-list-page.tsx'), {
    group: 'functions',
    label: 'functionList',
    icon: FunctionOutlined,
    key: 'f',
  }),
] as const;
