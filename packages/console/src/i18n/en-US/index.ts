import antd from 'antd/es/locale/en_US';
import { functions } from './functions.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { shell } from './shell.ts';

export { antd };
export const texts = { functions, overview, parts, shell };
