'use strict';
// The program of a container image: its start, and its last output when it fails.
const fs = require('node:fs');
const { startProgram } = require('../custom/bootstrap.js');

const KEPT_LINES = 10;
const KEPT_CHARS = 2000;

class ImageProgram {
  /** `image` is the one of the `init` frame. */
  constructor({ argv, workingDir, kind }) {
    this.argv = argv;
    this.workingDir = workingDir;
    this.isEvent = kind === 'event';
    this.lines = [];
  }

  /** The reason why it cannot be started, or null. */
  problem() {
    try {
      if (fs.statSync(this.workingDir).isDirectory()) return null;
    } catch {
      // Reported below.
    }
    return `the working directory ${this.workingDir} is no folder in the image`;
  }

  /** Hooks as of `startProgram`. */
  start(env, { onLine, onEnd }) {
    const [file, ...args] = this.argv;
    const program = { name: `the image's program ${file}`, file, args, cwd: this.workingDir, env };
    return startProgram(
      { ...program, loader: 'it or the interpreter that it needs' },
      {
        onLine: (level, line) => {
          this.keep(line);
          onLine(level, line);
        },
        onEnd,
      },
    );
  }

  keep(line) {
    this.lines.push(line.slice(0, KEPT_CHARS));
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }

  /** The end of its output as a clause for a message; empty without output. */
  lastWords() {
    const text = this.lines.join('\n');
    return text === '' ? '' : `; its last output:\n${text.slice(-KEPT_CHARS)}`;
  }
}

module.exports = { ImageProgram };
