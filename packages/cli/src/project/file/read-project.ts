import { isAlias, isMap, isSeq, LineCounter, type Node, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { CliError, EXIT } from '../../framework/index.ts';
import { type ProjectFile, ProjectSchema } from './schema.ts';
import { type Fault, type Path, schemaFaults } from './schema-faults.ts';

/** References to anchors, together: a small file could name a huge value otherwise. */
const MAX_ALIASES = 100;
const MOST_FAULTS = 20;

export interface Project {
  readonly file: ProjectFile;
  /** The error that a later check found at this place. */
  fault(path: Path, message: string, hint?: string): CliError;
}

function projectError(message: string, hint?: string): CliError {
  return new CliError(message, { code: 'CLI.PROJECT', exitCode: EXIT.usage, hint });
}

/** Reads the text of a project file. Throws one CliError with the line and column of every fault. `name` is for messages. */
export function readProject(text: string, name: string): Project {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw projectError(`${name}:${line}:${col}: ${broken.message}`);
  }
  const place = (path: Path, atKey = false): string => {
    const { line, col } = lines.linePos(offsetOf(document.contents, path, document, atKey));
    return `${name}:${line}:${col}`;
  };
  const describe = ({ path, atKey, message, hint }: Fault): string => {
    const where = atKey || path.length === 0 ? '' : `${path.join('.')} `;
    return `${place(path, atKey)}: ${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
  };
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  const faults = schemaFaults(value, ProjectSchema);
  if (faults.length > 0) {
    const shown = faults.slice(0, MOST_FAULTS).map(describe);
    if (faults.length > shown.length) shown.push(`... and ${faults.length - shown.length} more`);
    throw projectError(shown.join('\n'));
  }
  return {
    file: value as ProjectFile,
    fault: (path, message, hint) => projectError(describe({ path, message, ...(hint === undefined ? {} : { hint }) })),
  };
}

type Document = ReturnType<typeof parseDocument>;

/** Of the deepest node on the path that the text has, or of its key. */
function offsetOf(root: ParsedNode | null, path: Path, document: Document, atKey: boolean): number {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair: YAMLMap['items'][number] | undefined = node.items.find(
        ({ key }) => String((key as { value?: unknown }).value) === String(step),
      );
      if (pair === undefined) return offset;
      const key = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
      // what stands on the lines below its key is found at the key
      offset = (atKey && index === path.length - 1) || isMap(node) || isSeq(node) ? key : (node?.range?.[0] ?? key);
    } else if (isSeq(node)) {
      node = (node.items[Number(step)] as Node | undefined) ?? null;
      offset = node?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
