'use strict';
// Finds and loads the user's entry points.
const fs = require('fs');
const path = require('path');
const configError = require('./failure.js').configError;

const version = process.versions.node.split('.').map(Number);
const major = version[0];
const hasModules = major > 13 || (major === 13 && version[1] >= 2) || (major === 12 && version[1] >= 17);
// Some packages patch these.
const existsSync = fs.existsSync;
const readFileSync = fs.readFileSync;

/** Splits `dir/file.func` at the last dot. */
function splitEntry(entry, what) {
  const dot = entry.lastIndexOf('.');
  if (dot <= 0 || dot === entry.length - 1) {
    throw configError('FunctionConfigError', what + " '" + entry + "' must have the form [file].[function]");
  }
  return { file: entry.slice(0, dot), name: entry.slice(dot + 1) };
}

// The nearest package.json decides, as Node itself does it.
function isModulePackage(file, codeRoot) {
  let dir = path.dirname(file);
  for (;;) {
    const manifest = path.join(dir, 'package.json');
    if (existsSync(manifest)) {
      try {
        return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
      } catch (_error) {
        return false;
      }
    }
    const parent = path.dirname(dir);
    if (dir === codeRoot || parent === dir) return false;
    dir = parent;
  }
}

function findFile(codeRoot, file) {
  const base = path.join(codeRoot, file);
  const found = ['.js', '.mjs', '.cjs'].map((ext) => base + ext).find((candidate) => existsSync(candidate));
  if (found === undefined) throw configError('FunctionLoadError', "not found module './" + file + ".js'");
  return found;
}

function withPosition(error, codeRoot) {
  // The first line of the stack of a static syntax error is `file:line`, not a frame.
  const first = String(error.stack).split('\n', 1)[0];
  const at = /^(?:file:\/\/)?(\/.*):(\d+)$/.exec(first);
  if (at === null) return error;
  const shown = at[1].indexOf(codeRoot + '/') === 0 ? '.' + at[1].slice(codeRoot.length) : at[1];
  return configError('SyntaxError', error.message + ' (' + shown + ':' + at[2] + ')');
}

/** A promise of the module's exports. Rejects with the error whose text the contract wants. */
function loadModule(codeRoot, file) {
  return Promise.resolve()
    .then(() => {
      const found = findFile(codeRoot, file);
      const ext = path.extname(found);
      const asModule = ext === '.mjs' || (ext === '.js' && hasModules && isModulePackage(found, codeRoot));
      if (!asModule) return require(found);
      if (hasModules) return require('./import-module.js')(require('url').pathToFileURL(found).href);
      const text = "'./" + file + ".mjs' is an ES module, which Node.js " + process.versions.node + ' cannot load';
      throw configError('FunctionLoadError', text);
    })
    .catch((error) => {
      throw error instanceof SyntaxError ? withPosition(error, codeRoot) : error;
    });
}

/** Picks a function out of loaded exports; ES modules may also keep it in their default export. */
function pick(loaded, entry, what) {
  let found = loaded === null || loaded === undefined ? undefined : loaded[entry.name];
  if (typeof found !== 'function' && loaded && loaded.default) found = loaded.default[entry.name];
  if (typeof found !== 'function') {
    throw configError(
      'FunctionConfigError',
      what + " '" + entry.name + "' not found in module './" + entry.file + ".js'"
    );
  }
  return found;
}

/** Why a handler that Node.js itself could call is refused. */
function parameterHint(name) {
  const form = major < 8 ? '(event, context, callback) => { ... }' : 'async (event, context) => { ... }';
  return (
    'FunctionGraph counts the parameters that a handler declares and refuses any other number, also when the handler ' +
    'does not use them: exports.' +
    name +
    ' = ' +
    form +
    '. Parameters with a default value and ...rest are not counted.'
  );
}

function loadHandler(codeRoot, handler) {
  return Promise.resolve().then(() => {
    const entry = splitEntry(handler, 'handler');
    return loadModule(codeRoot, entry.file).then((loaded) => {
      const found = pick(loaded, entry, 'handler');
      const fits = major < 8 ? found.length === 3 : found.length === 2 || found.length === 3;
      if (!fits) {
        const requested = major < 8 ? '3' : '2 or 3';
        const error = configError(
          'FunctionLoadError',
          'handler expect to have ' + requested + ' parameters, but received ' + found.length
        );
        error.hint = parameterHint(entry.name);
        throw error;
      }
      return found;
    });
  });
}

function loadInitializer(codeRoot, initializer) {
  return Promise.resolve().then(() => {
    const entry = splitEntry(initializer, 'initializer');
    return loadModule(codeRoot, entry.file).then((loaded) => {
      const found = pick(loaded, entry, 'initializer');
      if (found.length !== 2) {
        throw configError(
          'FunctionConfigError',
          'initializer expect to have 2 parameters, but received ' + found.length
        );
      }
      return found;
    });
  });
}

module.exports = { awaitsPromises: major >= 8, loadHandler, loadInitializer, major };
