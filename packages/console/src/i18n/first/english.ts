export { default as antd } from 'antd/es/locale/en_US';
export { parts } from '../en-US/parts.ts';
export { shell } from '../en-US/shell.ts';
