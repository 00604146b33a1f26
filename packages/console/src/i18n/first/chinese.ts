export { default as antd } from 'antd/es/locale/zh_CN';
export { parts } from '../zh-CN/parts.ts';
export { shell } from '../zh-CN/shell.ts';
