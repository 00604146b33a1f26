import { ApiError } from '@funcgraph/api';
import { CliError } from './cli-error.ts';
import type { Context, Sink } from './context.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { fieldLine } from './field.ts';
import type { Output } from './output.ts';
import { safeText } from './safe-text.ts';
import { recordText, tableText } from './table-text.ts';

const paint =
  (code: string) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

interface Style {
  readonly heading: (text: string) => string;
  readonly error: (text: string) => string;
}

const PLAIN: Style = { heading: (text) => text, error: (text) => text };
const COLOURED: Style = { heading: paint('1'), error: paint('1;31') };

/** Colours for a terminal; none for a file or a pipe, with `NO_COLOR` in the environment or a terminal that has none. */
function styleOf({ isTTY }: Sink, { env }: Pick<Context, 'env'>): Style {
  return isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? COLOURED : PLAIN;
}

/** A result for programs. */
async function serialized(value: unknown, { notation }: Context): Promise<string> {
  if (notation === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  // few need it, and it takes time to load
  const { stringify } = await import('yaml');
  return stringify(value, { aliasDuplicateObjects: false });
}

/** One of several results: a line of JSON, or a document of YAML. */
const serializedItem = async (value: unknown, context: Context): Promise<string> =>
  context.notation === 'json' ? `${JSON.stringify(value)}\n` : `---\n${await serialized(value, context)}`;

async function printFields(output: Output, names: readonly string[], { stdout }: Context): Promise<ExitCode> {
  let exitCode = output.exitCode ?? EXIT.ok;
  if (output.kind === 'table') {
    for (const row of output.rows) await stdout.write(`${fieldLine(row, names, output.rows)}\n`);
  } else if (output.kind === 'stream') {
    for await (const item of output.items) {
      await stdout.write(`${fieldLine(item.data, names)}\n`);
      exitCode = item.exitCode ?? exitCode;
    }
  } else await stdout.write(`${fieldLine(output.data, names)}\n`);
  return exitCode;
}

const LINE_FEED = 10;

/** On a line of its own even where the result, which ends with the byte `last`, has no line break at its end. */
async function writeNote(note: string, last: number | undefined, { stderr, outputsJoin }: Context): Promise<void> {
  const gap = outputsJoin && last !== undefined && last !== LINE_FEED ? '\n' : '';
  await stderr.write(`${gap}${safeText(note)}\n`);
}

/** The only place that turns results into text. Returns the exit code of the command. */
export async function printOutput(output: Output, context: Context, fields?: readonly string[]): Promise<ExitCode> {
  if (fields !== undefined) return printFields(output, fields, context);
  const { stdout, format } = context;
  const style = styleOf(stdout, context);
  let exitCode = output.exitCode ?? EXIT.ok;
  switch (output.kind) {
    case 'table':
      if (format === 'json') await stdout.write(await serialized(output.rows, context));
      else
        await stdout.write(
          output.rows.length === 0
            ? `${output.none}\n`
            : `${tableText(output.columns, output.rows, { width: stdout.columns, heading: style.heading })}\n`,
        );
      if (output.note !== undefined) await writeNote(output.note, LINE_FEED, context);
      break;
    case 'record':
      if (format === 'json') await stdout.write(await serialized(output.data, context));
      else {
        const below = output.below === undefined ? '' : `\n${safeText(output.below)}\n`;
        await stdout.write(`${recordText(output.data, output.hide ?? [])}\n${below}`);
      }
      break;
    case 'message':
      await stdout.write(format === 'json' ? await serialized(output.data, context) : `${safeText(output.text)}\n`);
      break;
    case 'bytes':
      if (format === 'json') {
        await stdout.write(await serialized(output.data, context));
        break;
      }
      await stdout.write(output.bytes);
      if (output.note !== '') await writeNote(output.note, output.bytes.at(-1), context);
      break;
    case 'stream': {
      let last: number | undefined;
      for await (const item of output.items) {
        if (format === 'json') await stdout.write(await serializedItem(item.data, context));
        else if (item.bytes !== undefined) await stdout.write(item.bytes);
        else if (item.text !== '') await stdout.write(`${safeText(item.text)}\n`);
        last = item.bytes === undefined ? LINE_FEED : (item.bytes.at(-1) ?? last);
        if (item.note !== undefined && format !== 'json') await writeNote(item.note, last, context);
        exitCode = item.exitCode ?? exitCode;
      }
      break;
    }
  }
  return exitCode;
}

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly request_id?: string | undefined;
  readonly violations?: ApiError['violations'];
}

/** Prints code, message, hint and request id to standard error. Returns the exit code of the error's class. */
export async function printError(error: unknown, context: Context): Promise<ExitCode> {
  let shown: Shown;
  let exitCode: ExitCode = EXIT.failure;
  if (error instanceof ApiError) {
    const { code, message, hint, requestId: request_id, violations } = error;
    shown = { code, message, hint, request_id, ...(violations.length === 0 ? {} : { violations }) };
    exitCode = exitCodeOf(error);
  } else if (error instanceof CliError) {
    shown = { code: error.code, message: error.message, hint: error.hint, request_id: error.requestId };
    exitCode = error.exitCode;
  } else if (context.signal.aborted) {
    shown = { code: 'CLI.INTERRUPTED', message: 'interrupted' };
    exitCode = EXIT.interrupted;
  } else {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    shown = {
      code: 'CLI.BUG',
      message: text,
      hint: 'This is a fault of fgs itself. Please report it with the command line.',
    };
  }
  if (context.format === 'json') {
    await context.stderr.write(await serialized({ error: shown }, context));
    return exitCode;
  }
  const lines = [`: ${shown.message}`];
  for (const { code, message, node, edge, field } of shown.violations ?? []) {
    const place = [node ?? (edge && `${edge.from} → ${edge.to}`), field].filter((part) => part !== undefined).join(' ');
    lines.push(`  ${place}${place === '' ? '' : ': '}${message} (${code})`);
  }
  if (shown.hint !== undefined && shown.hint !== '') lines.push(`hint: ${shown.hint}`);
  if (shown.request_id !== undefined) lines.push(`request id: ${shown.request_id}`);
  const title = styleOf(context.stderr, context).error(safeText(`error ${shown.code}`));
  await context.stderr.write(`${title}${safeText(lines.join('\n'))}\n`);
  return exitCode;
}
