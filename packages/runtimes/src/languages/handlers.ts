const FOLDERS = '(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*';

/** A function of a file of source code. */
export const MODULE_HANDLERS = {
  form: '[file].[function], such as index.handler',
  pattern: new RegExp(`^${FOLDERS}[A-Za-z0-9_-][A-Za-z0-9_.-]*\\.[A-Za-z_$][A-Za-z0-9_$]*$`),
  usual: 'index.handler',
};

/** A file, also in a folder. */
export const FILE_PATTERN = new RegExp(`^${FOLDERS}[A-Za-z0-9_-][A-Za-z0-9_.-]*$`);

/** The file of a handler of a module. */
export function moduleFile(suffix: string): (handler: string) => string {
  return (handler) => handler.slice(0, handler.lastIndexOf('.')) + suffix;
}

/** The function that a handler of a module names. */
export function entryOf(handler: string): string {
  return handler.slice(handler.lastIndexOf('.') + 1);
}
